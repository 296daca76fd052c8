#include <climits>

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

}  // namespace

extern "C" int64_t psj_time_ms(const char *text, uint64_t size) {
  Reader in{text, text + size};
  int64_t year = in.digits(4); in.expect('-', '-');
  int64_t month = in.digits(2); in.expect('-', '-');
  int64_t day = in.digits(2); in.expect('T', 't');
  int64_t hour = in.digits(2); in.expect(':', ':');
  int64_t minute = in.digits(2); in.expect(':', ':');
  int64_t second = in.digits(2), ms = 0;
  if (in.ok && in.take('.', '.')) {
    int64_t scale = 100;
    int seen = 0;
    while (in.at != in.end && *in.at >= '0' && *in.at <= '9') {
      ms += (*in.at++ - '0') * scale;
      scale /= 10;
      seen++;
    }
    if (seen == 0) in.ok = false;
  }
  int64_t offset_minutes = 0;
  if (in.ok && !in.take('Z', 'z')) {
    bool west = in.at != in.end && *in.at == '-';
    in.expect('+', '-');
    int64_t hours = in.digits(2); in.expect(':', ':');
    int64_t minutes = in.digits(2);
    if (hours > 23 || minutes > 59) in.ok = false;
    offset_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
  }
  if (!in.ok || in.at != in.end || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
      hour > 23 || minute > 59 || second > 60)
    return INT64_MIN;
  int64_t minutes = (days_from_civil(year, month, day) * 24 + hour) * 60 + minute - offset_minutes;
  int64_t time = (minutes * 60 + second) * 1000 + ms;
  // An offset or a leap second may lead out of the years that can be written.
  return time < first_ms || time > last_ms ? INT64_MIN : time;
}
