// Values of records as cells of typed columns. A value that is not of its column's type is NULL.
#pragma once
#define SIMDJSON_DEVELOPMENT_CHECKS 0
#include <simdjson.h>

#include <cstdint>
#include <string_view>

namespace bench {
namespace ondemand = simdjson::ondemand;

struct Cell {
  enum Kind { null, integer, real, text } kind = null;
  int64_t whole = 0;
  double number = 0;
  /// In the page, in the parser's buffer for texts, or in `room`.
  std::string_view view;
  char room[32];

  void set(std::string_view made) { kind = text, view = made; }
};

/// A value that is no container, as it is written, and a string without quotes and escapes.
struct Scalar {
  std::string_view view;
  bool is_string = false;
  bool is_null = false;
  bool is_good = true;

  explicit Scalar(ondemand::value value);
};

void read_text(ondemand::value value, Cell &cell);
void read_number(const Scalar &scalar, Cell &cell);
void read_boolean(const Scalar &scalar, Cell &cell);
/// RFC 3339, and numbers since 1970: seconds up to the year 5138, milliseconds above. As UTC.
void read_time(const Scalar &scalar, Cell &cell);
}  // namespace bench
