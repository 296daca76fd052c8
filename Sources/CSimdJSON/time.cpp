#include <climits>
#include <cstring>

#include "simdjson_cut.h"

namespace {

struct Reader {
  const char *at, *end;
  bool ok = true;

  int64_t digits(int count) {
    int64_t value = 0;
    for (int i = 0; i < count; i++) {
      if (at == end || *at < '0' || *at > '9') { ok = false; return 0; }
      value = value * 10 + (*at++ - '0');
    }
    return value;
  }
  bool take(char a, char b) {
    if (at == end || (*at != a && *at != b)) return false;
    at++;
    return true;
  }
  void expect(char a, char b) { if (!take(a, b)) ok = false; }
};

int64_t days_from_civil(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t of_era = year - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t days_in_month(int64_t year, int64_t month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

/// The years 0 to 9999.
constexpr int64_t first_ms = -62167219200000, last_ms = 253402300799999;

/// `Fri, 01 Mar 2024 10:00:00 GMT` (RFC 1123; what HTTP calls an IMF-fixdate).
bool read_rfc1123(Reader &in, int64_t &year, int64_t &month, int64_t &day) {
  static const char days[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  auto name = [&](const char *names, int count) {
    for (int i = 0; in.end - in.at >= 3 && i < count; i++) {
      if (std::memcmp(in.at, names + 3 * i, 3) != 0) continue;
      in.at += 3;
      return i + 1;
    }
    return 0;
  };
  if (!name(days, 7)) return false;
  in.expect(',', ','); in.expect(' ', ' ');
  day = in.digits(2); in.expect(' ', ' ');
  month = name(months, 12); in.expect(' ', ' ');
  year = in.digits(4); in.expect(' ', ' ');
  return in.ok && month > 0;
}

/// The zone behind a time: `Z`, `+02:00`, `+0200`, `+02`, ` UTC`, ` GMT`, or nothing.
bool read_zone(Reader &in, int64_t &offset_minutes, bool &is_naive, bool &is_strict) {
  if (in.at == in.end) {
    is_naive = true;
    is_strict = false;
    return true;
  }
  if (in.take('Z', 'z')) return true;
  const char *start = in.at;
  if (in.end - in.at == 4 && (std::memcmp(in.at, " UTC", 4) == 0 || std::memcmp(in.at, " GMT", 4) == 0)) {
    in.at += 4;
    is_strict = false;
    return true;
  }
  bool west = *in.at == '-';
  if (!in.take('+', '-')) return false;
  int64_t hours = in.digits(2), minutes = 0;
  if (in.ok && in.at != in.end) {
    in.take(':', ':');
    minutes = in.digits(2);
  }
  if (hours > 23 || minutes > 59) return false;
  offset_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
  is_strict = is_strict && in.at - start == 6;
  return in.ok;
}

}  // namespace

extern "C" int32_t psj_time_read(const char *text, uint64_t size, psj_time *time) {
  Reader in{text, text + size};
  int64_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset_minutes = 0;
  bool is_naive = false, is_strict = true;
  *time = psj_time{};
  if (size && (*text < '0' || *text > '9')) {
    if (!read_rfc1123(in, year, month, day)) return 0;
    is_strict = false;
  } else {
    year = in.digits(4); in.expect('-', '-');
    month = in.digits(2); in.expect('-', '-');
    day = in.digits(2);
    if (in.ok && in.at == in.end) time->is_date = is_naive = true;
    else if (!in.take('T', 't')) {
      in.expect(' ', ' ');
      is_strict = false;
    }
  }
  if (!time->is_date) {
    hour = in.digits(2); in.expect(':', ':');
    minute = in.digits(2);
    if (in.ok && in.take(':', ':')) second = in.digits(2);
    else is_strict = false;
    bool has_comma = in.at != in.end && *in.at == ',';
    if (in.ok && in.take('.', ',')) {
      is_strict = is_strict && !has_comma;
      int64_t scale = 100000000;
      while (in.at != in.end && *in.at >= '0' && *in.at <= '9') {
        time->nanoseconds += uint32_t((*in.at++ - '0') * scale);
        scale /= 10;
        time->fraction_digits++;
      }
      if (time->fraction_digits == 0) in.ok = false;
    }
    if (in.ok && !read_zone(in, offset_minutes, is_naive, is_strict)) in.ok = false;
  }
  if (!in.ok || in.at != in.end || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
      hour > 23 || minute > 59 || second > 60)
    return 0;
  int64_t minutes = (days_from_civil(year, month, day) * 24 + hour) * 60 + minute - offset_minutes;
  time->milliseconds = (minutes * 60 + second) * 1000 + time->nanoseconds / 1000000;
  time->is_naive = is_naive;
  time->is_rfc3339 = is_strict && !time->is_date;
  // An offset or a leap second may lead out of the years that can be written.
  return time->milliseconds >= first_ms && time->milliseconds <= last_ms;
}

extern "C" int64_t psj_time_ms(const char *text, uint64_t size) {
  psj_time time;
  return psj_time_read(text, size, &time) && time.is_rfc3339 ? time.milliseconds : INT64_MIN;
}

namespace {

void two_digits(char *out, int64_t value) {
  out[0] = char('0' + value / 10 % 10);
  out[1] = char('0' + value % 10);
}

}  // namespace

extern "C" uint64_t psj_time_write(const psj_time *time, char *out) {
  int64_t seconds = time->milliseconds / 1000 - (time->milliseconds % 1000 < 0);
  int64_t days = seconds / 86400 - (seconds % 86400 < 0), rest = seconds - days * 86400;
  // The civil date of a day number, by eras of 400 years that begin in March.
  int64_t shifted = days + 719468, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int64_t of_era = shifted - era * 146097;
  int64_t of_era_year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * of_era_year + of_era_year / 4 - of_era_year / 100);
  int64_t shifted_month = (5 * of_year + 2) / 153, day = of_year - (153 * shifted_month + 2) / 5 + 1;
  int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  int64_t year = of_era_year + era * 400 + (month <= 2);
  std::memcpy(out, "0000-00-00T00:00:00.", 20);
  two_digits(out, year / 100);
  two_digits(out + 2, year % 100);
  two_digits(out + 5, month);
  two_digits(out + 8, day);
  two_digits(out + 11, rest / 3600);
  two_digits(out + 14, rest / 60 % 60);
  two_digits(out + 17, rest % 60);
  // Milliseconds always, so that texts sort as times; more only where the vendor has more.
  int digits = time->fraction_digits > 3 ? 6 : 3;
  uint32_t fraction = time->nanoseconds / (digits == 6 ? 1000 : 1000000);
  for (int i = digits - 1; i >= 0; i--, fraction /= 10) out[20 + i] = char('0' + fraction % 10);
  out[20 + digits] = 'Z';
  return uint64_t(21 + digits);
}
