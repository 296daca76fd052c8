#include "cells.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace bench {
namespace {

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && std::strchr(" \t\r\n", token.back())) token.remove_suffix(1);
  return token;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A number as JSON writes them, taken apart.
struct Number {
  uint64_t digits = 0;       ///< without the point; good for up to 19 of them
  int count = 0;             ///< of those, from the first that is not zero on
  int significant = 0;       ///< without zeros at the end
  int decimals = 0;
  bool has_exponent = false;
  bool is_whole = true, is_negative = false;

  /// Whether the text is a number from end to end.
  bool read(std::string_view text) {
    const char *at = text.data(), *end = at + text.size();
    if (at < end && *at == '-') is_negative = true, at++;
    if (at == end || !is_digit(*at)) return false;
    if (*at == '0' && at + 1 < end && is_digit(at[1])) return false;
    at = take(at, end);
    if (at < end && *at == '.') {
      is_whole = false;
      const char *first = ++at;
      at = take(at, end);
      decimals = int(at - first);
      if (decimals == 0) return false;
    }
    if (at < end && (*at | 0x20) == 'e') {
      is_whole = false;
      has_exponent = true;
      at++;
      if (at < end && (*at == '+' || *at == '-')) at++;
      const char *first = at;
      while (at < end && is_digit(*at)) at++;
      if (at == first) return false;
    }
    return at == end;
  }

 private:
  const char *take(const char *at, const char *end) {
    for (; at < end && is_digit(*at); at++) {
      digits = digits * 10 + uint64_t(*at - '0');
      if (count || *at != '0') count++;
      if (*at != '0') significant = count;
    }
    return at;
  }
};

/// Up to 15 digits and a small power of ten are exact as doubles, so their quotient is the nearest.
bool number_of(std::string_view text, Cell &cell) {
  static const double powers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  Number number;
  if (!number.read(text)) return false;
  if (number.is_whole) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cell.whole);
    if (error == std::errc() && end == text.data() + text.size()) {
      cell.kind = Cell::integer;
      return true;
    }
  }
  if (number.significant > 15 || text.size() >= 64) return cell.set(text), true;
  double value = 0;
  if (number.count <= 15 && number.decimals <= 15 && !number.has_exponent) {
    value = double(number.digits) / powers[number.decimals];
    if (number.is_negative) value = -value;
  } else {
    char room[64];
    std::memcpy(room, text.data(), text.size());
    room[text.size()] = 0;
    value = std::strtod(room, nullptr);
    // What a double cannot hold keeps its digits.
    if (!std::isfinite(value) || (number.significant > 0 && std::fabs(value) <= 1e-290))
      return cell.set(text), true;
  }
  cell.kind = Cell::real;
  cell.number = value;
  return true;
}

bool is_word(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (size_t i = 0; i < text.size(); i++)
    if ((text[i] | 0x20) != word[i]) return false;
  return true;
}

// ---- Times -------------------------------------------------------------------------------------

/// Days since 1970 of a date, by eras of 400 years that begin in March.
int64_t days_of(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
  int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_of(int64_t days, int64_t &year, int64_t &month, int64_t &day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097, rest = days - era * 146097;
  int64_t of_era = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
  int64_t of_year = rest - (365 * of_era + of_era / 4 - of_era / 100);
  int64_t shifted = (5 * of_year + 2) / 153;
  day = of_year - (153 * shifted + 2) / 5 + 1;
  month = shifted < 10 ? shifted + 3 : shifted - 9;
  year = of_era + era * 400 + (month <= 2);
}

struct Time {
  int64_t seconds = 0;    ///< since 1970, UTC
  int64_t nanoseconds = 0;
  int fraction = 0;       ///< digits of it, as written
  bool is_normal = false; ///< the text is what is stored

  bool read(std::string_view text) {
    if (text.size() < 20) return false;
    const char *at = text.data(), *end = at + text.size();
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    for (int i = 0; i < 19; i++)
      if (form[i] == 'd' ? !is_digit(at[i]) : at[i] != form[i]) return false;
    auto two = [at](int i) { return int64_t(at[i] - '0') * 10 + (at[i + 1] - '0'); };
    int64_t year = two(0) * 100 + two(2), month = two(5), day = two(8);
    int64_t hour = two(11), minute = two(14), second = two(17);
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return false;
    if (hour > 23 || minute > 59 || second > 60) return false;
    if (text.size() == 24 && at[19] == '.' && at[23] == 'Z' && second < 60 && is_digit(at[20]) &&
        is_digit(at[21]) && is_digit(at[22]))
      return is_normal = true;
    at += 19;
    if (*at == '.') {
      int64_t scale = 100000000;
      for (at++; at < end && is_digit(*at); at++, scale /= 10, fraction++)
        nanoseconds += (*at - '0') * scale;
      if (fraction == 0) return false;
    }
    int64_t west = 0;
    if (end - at == 6 && (*at == '+' || *at == '-') && at[3] == ':') {
      for (int i : {1, 2, 4, 5})
        if (!is_digit(at[i])) return false;
      int64_t hours = (at[1] - '0') * 10 + (at[2] - '0');
      int64_t minutes = (at[4] - '0') * 10 + (at[5] - '0');
      if (hours > 23 || minutes > 59) return false;
      west = (hours * 60 + minutes) * (*at == '-' ? 1 : -1);
    } else if (end - at != 1 || *at != 'Z') {
      return false;
    }
    seconds = ((days_of(year, month, day) * 24 + hour) * 60 + minute + west) * 60 + second;
    return is_in_range();
  }

  /// The years that can be written.
  bool is_in_range() const { return seconds >= -62167219200 && seconds <= 253402300799; }

  static int64_t days_in(int64_t year, int64_t month) {
    if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  std::string_view write(char *out) const {
    int64_t days = seconds / 86400 - (seconds % 86400 < 0), rest = seconds - days * 86400;
    int64_t year, month, day;
    date_of(days, year, month, day);
    std::memcpy(out, "0000-00-00T00:00:00.", 20);
    auto two = [out](int i, int64_t value) {
      out[i] = char('0' + value / 10);
      out[i + 1] = char('0' + value % 10);
    };
    two(0, year / 100), two(2, year % 100), two(5, month), two(8, day);
    two(11, rest / 3600), two(14, rest / 60 % 60), two(17, rest % 60);
    int digits = fraction > 3 ? 6 : 3;
    int64_t left = nanoseconds / (digits == 6 ? 1000 : 1000000);
    for (int i = digits - 1; i >= 0; i--, left /= 10) out[20 + i] = char('0' + left % 10);
    out[20 + digits] = 'Z';
    return {out, size_t(21 + digits)};
  }
};

}  // namespace

Scalar::Scalar(ondemand::value value) {
  std::string_view token = value.raw_json_token();
  switch (token[0]) {
    case '"':
      is_string = true;
      is_good = !value.get_string().get(view) && !std::memchr(view.data(), 0, view.size());
      break;
    case '{':
    case '[': is_good = false; break;
    default:
      view = trimmed(token);
      is_null = view == "null";
  }
}

void read_text(ondemand::value value, Cell &cell) {
  char first = *value.raw_json_token().data();
  cell.kind = Cell::null;
  if (first == '{' || first == '[') {
    std::string_view raw;
    if (!simdjson::to_json_string(value).get(raw)) cell.set(trimmed(raw));
    return;
  }
  Scalar scalar(value);
  if (scalar.is_good && !scalar.is_null) cell.set(scalar.view);
}

void read_number(const Scalar &scalar, Cell &cell) {
  cell.kind = Cell::null;
  if (scalar.is_good && !scalar.is_null) number_of(scalar.view, cell);
}

void read_boolean(const Scalar &scalar, Cell &cell) {
  cell.kind = Cell::null;
  if (!scalar.is_good || scalar.is_null) return;
  bool is_true = is_word(scalar.view, "true") || scalar.view == "1";
  if (!is_true && !is_word(scalar.view, "false") && scalar.view != "0") return;
  cell.kind = Cell::integer;
  cell.whole = is_true;
}

void read_time(const Scalar &scalar, Cell &cell) {
  cell.kind = Cell::null;
  if (!scalar.is_good || scalar.is_null) return;
  std::string_view text = scalar.view;
  Time time;
  if (!scalar.is_string || !time.read(text)) {
    Number number;
    // Few digits in a text are a day or a year for some vendors: no guess is made.
    if (!number.read(text) || text.size() >= 40 || (scalar.is_string && text.size() < 9)) return;
    char room[40];
    std::memcpy(room, text.data(), text.size());
    room[text.size()] = 0;
    double since = std::strtod(room, nullptr);
    if (std::fabs(since) < 1e11) since *= 1000;
    since = std::floor(since);
    if (!(since >= -62167219200000.0 && since <= 253402300799999.0)) return;
    int64_t milliseconds = int64_t(since), rest = ((milliseconds % 1000) + 1000) % 1000;
    time = Time{(milliseconds - rest) / 1000, rest * 1000000, 3, false};
  }
  cell.set(time.is_normal ? text : time.write(cell.room));
}

}  // namespace bench
