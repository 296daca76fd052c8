// How numbers pass through jq 1.6, which knows only doubles.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace numbers {

/// A decimal number without the freedom of writing: its sign, its digits from the first to the last that count, and
/// the power of ten before which they stand.
struct Decimal {
  bool is_negative = false;
  std::string digits;
  long long exponent = 0;

  explicit Decimal(std::string_view text) {
    size_t i = 0;
    long long point = -1, shift = 0;
    if (i < text.size() && text[i] == '-') is_negative = true, i++;
    for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; i++) {
      if (text[i] == '.') point = (long long)digits.size();
      else digits += text[i];
    }
    if (i < text.size()) shift = std::strtoll(std::string(text.substr(i + 1)).c_str(), nullptr, 10);
    exponent = (point < 0 ? (long long)digits.size() : point) + shift;
    size_t first = digits.find_first_not_of('0');
    if (first == std::string::npos) {
      digits.clear();
      exponent = 0;
      return;
    }
    exponent -= (long long)first;
    digits = digits.substr(first, digits.find_last_not_of('0') - first + 1);
  }

  bool operator==(const Decimal &other) const {
    return is_negative == other.is_negative && exponent == other.exponent && digits == other.digits;
  }
};

/// The shortest text that reads back as this double.
inline std::string shortest(double value) {
  char text[40];
  if (std::floor(value) == value && std::fabs(value) < 1e15) {
    std::snprintf(text, sizeof text, "%.0f", value);
    return value == 0 ? "0" : text;
  }
  for (int precision = 15; precision <= 17; precision++) {
    std::snprintf(text, sizeof text, "%.*g", precision, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return text;
}

/// A whole number that has one way to be written, and is that of its double.
inline bool is_plain(std::string_view text) {
  size_t sign = text.size() && text[0] == '-';
  if (text.size() - sign > 15 || text == "-0") return false;
  return text.find_first_of(".eE") == std::string_view::npos;
}

/// Whether a double is all that this number says.
inline bool fits(std::string_view text, double value) {
  return std::isfinite(value) && Decimal(text) == Decimal(shortest(value));
}

}  // namespace numbers
