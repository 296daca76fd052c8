// Makes the list in Sources/PatchbayMarketplace/Names/ConfusableLetters.swift from the data of the
// installed ICU (Debian: libicu-dev):
//   cc -O2 -o confusables marketplace/confusables.c -licui18n -licuuc && ./confusables
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uspoof.h>
#include <unicode/utf16.h>

enum { POINTS = 0x110000, WIDTH = 96 };
static char look_of[POINTS][3];

// Forms that are ASCII in disguise, which Confusables.swift knows by their numbers.
static int is_disguise(UChar32 point) {
  return (point >= 0xFF01 && point <= 0xFF5E) || (point >= 0x1D400 && point <= 0x1D6A3) ||
         (point >= 0x1D7CE && point <= 0x1D7FF) || (point >= 0x24B6 && point <= 0x24E9) ||
         (point >= 0x1F130 && point <= 0x1F149);
}

// The skeleton without marks, where it is one or two ASCII letters or digits.
static void find(const USpoofChecker *checker, UChar32 point) {
  UChar text[2], skeleton[64];
  int32_t count = 0;
  UErrorCode error = U_ZERO_ERROR;
  U16_APPEND_UNSAFE(text, count, point);
  int32_t size = uspoof_getSkeleton(checker, 0, text, count, skeleton, 64, &error);
  if (U_FAILURE(error)) return;
  char look[3] = "";
  int letters = 0;
  for (int32_t at = 0; at < size;) {
    UChar32 part;
    U16_NEXT(skeleton, at, size, part);
    if (u_charType(part) == U_NON_SPACING_MARK || u_charType(part) == U_ENCLOSING_MARK) continue;
    if (part >= 0x80 || !isalnum(part) || letters == 2) return;
    look[letters++] = (char)tolower(part);
  }
  strcpy(look_of[point], look);
}

static void print_list(const char *look) {
  char line[128];
  int width = sprintf(line, "    %s:", look);
  for (UChar32 first = 0x80; first < POINTS; first++) {
    if (strcmp(look_of[first], look) != 0) continue;
    UChar32 last = first;
    while (last + 1 < POINTS && strcmp(look_of[last + 1], look) == 0) last++;
    char item[32];
    int size = first == last ? sprintf(item, " %X", first) : sprintf(item, " %X-%X", first, last);
    if (width + size > WIDTH) {
      puts(line);
      width = sprintf(line, "     ");
    }
    width += sprintf(line + width, "%s", item);
    first = last;
  }
  if (strchr(line, ' ') != NULL && width > (int)strlen(look) + 5) puts(line);
}

int main(void) {
  UErrorCode error = U_ZERO_ERROR;
  USpoofChecker *checker = uspoof_open(&error);
  if (U_FAILURE(error)) return 1;
  for (UChar32 point = 0x80; point < POINTS; point++) {
    int is_letter = u_isalnum(point) || u_getNumericValue(point) >= 0;
    if (u_isdefined(point) && is_letter && !is_disguise(point)) find(checker, point);
  }
  uspoof_close(checker);
  const char *letters = "0123456789abcdefghijklmnopqrstuvwxyz";
  for (const char *one = letters; *one; one++) print_list((char[]){*one, 0});
  for (const char *one = letters; *one; one++)
    for (const char *two = letters; *two; two++) print_list((char[]){*one, *two, 0});
}
