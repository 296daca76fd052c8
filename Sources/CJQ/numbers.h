// Decimal numbers, as texts of them say: their value, without the limits of a double.
#pragma once
#include <algorithm>
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
  /// False where the exponent itself is too large to count with. Such a number equals none, and has no order.
  bool is_known = true;
  std::string digits;
  long long exponent = 0;

  explicit Decimal(std::string_view text) {
    size_t i = 0;
    long long point = -1, shift = 0;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) is_negative = text[i++] == '-';
    for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; i++) {
      if (text[i] == '.') point = (long long)digits.size();
      else digits += text[i];
    }
    if (i < text.size()) shift = std::strtoll(std::string(text.substr(i + 1)).c_str(), nullptr, 10);
    is_known = -most <= shift && shift <= most;
    exponent = (point < 0 ? (long long)digits.size() : point) + (is_known ? shift : 0);
    size_t first = digits.find_first_not_of('0');
    if (first == std::string::npos) {
      digits.clear();
      exponent = 0;
      is_negative = false;
      is_known = true;
      return;
    }
    exponent -= (long long)first;
    digits = digits.substr(first, digits.find_last_not_of('0') - first + 1);
  }

  bool operator==(const Decimal &other) const { return is_known && other.is_known && order(other) == 0; }

  bool is_whole() const { return is_known && exponent >= (long long)digits.size(); }

  /// Negative where this is less than the other, 0 where they are equal, else positive. Both must be known.
  int order(const Decimal &other) const {
    if (is_negative != other.is_negative) return is_negative ? -1 : 1;
    int size = digits.empty() || other.digits.empty() ? int(!digits.empty()) - int(!other.digits.empty())
               : exponent != other.exponent           ? (exponent < other.exponent ? -1 : 1)
                                                      : digits.compare(other.digits);
    return is_negative ? -size : size;
  }

 private:
  static constexpr long long most = 1'000'000'000'000'000'000;
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

/// The first number in a text of JSON that a double cannot hold; empty if there is none.
inline std::string_view first_wide(std::string_view json) {
  constexpr std::string_view letters = "0123456789+-.eE";
  for (size_t i = 0; i < json.size();) {
    if (json[i] == '"') {
      for (i++; i < json.size() && json[i] != '"'; i++) i += json[i] == '\\';
      i++;
      continue;
    }
    size_t end = std::min(json.find_first_not_of(letters, i), json.size());
    std::string_view run = json.substr(i, end - i);
    bool is_number = run.find_first_of("0123456789") != std::string_view::npos;
    if (is_number && !is_plain(run) && !fits(run, std::strtod(std::string(run).c_str(), nullptr))) return run;
    i = std::max(end, i + 1);
  }
  return {};
}

/// A number that jq reads (`+007`, `.5`, `5.`), as JSON writes it.
inline std::string as_json(std::string_view text) {
  std::string result;
  if (text[0] == '-') result = "-";
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  size_t power = std::min(text.find_first_of("eE"), text.size());
  std::string_view digits = text.substr(0, power), whole = digits.substr(0, digits.find('.'));
  std::string_view part = digits.substr(std::min(whole.size() + 1, digits.size()));
  size_t first = whole.find_first_not_of('0');
  result.append(first == std::string_view::npos ? "0" : whole.substr(first));
  if (!part.empty()) result.append(".").append(part);
  return result.append(text.substr(power));
}

}  // namespace numbers
