// Numbers that a double cannot hold, "wide" ones, on their way through jq 1.6, which knows only doubles.
//
// To jq a wide number is a number. Which one it is goes along in `size`, a field of jq's value that means nothing for
// numbers. libjq reads the double of a number in one place, jv_number_value, and calls its exported functions by way
// of the dynamic linker, which finds those of this program first (exact.cpp):
//
//   jv_number_value    stops the program at a wide number: who asks for the double would calculate with it
//   jv_cmp, jv_equal   compare exactly: operators, sort, group, min, max, contains, indices
//   jv_dump_string     writes all digits: tostring, tojson, texts with \(…)
//   jv_parse_sized     reads all digits: tonumber, fromjson, the numbers of programs
//
// All else in libjq cannot see the double: it moves the number with its digits, or it fails.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include <jq.h>
}

namespace exact {

/// The numbers of one program and of the page that it maps. One thread.
class Numbers {
 public:
  Numbers() = default;
  Numbers(const Numbers &) = delete;
  ~Numbers() { forget(0); }

  /// Those that the program's functions mean.
  static Numbers *current;

  /// A number of the page. `member`: whose value it is, or an invalid value; borrowed.
  jv of_page(std::string_view text, const jv &member);
  /// A number in a text that jq reads: `tonumber`, `fromjson`, or the program itself.
  jv of_text(std::string_view text);
  /// As the page writes it; empty if it is to be written as its double.
  std::string_view digits(const jv &number) const;

  bool has_wide() const { return !wide.empty(); }
  static bool is_wide(const jv &value) { return value.size < 0 && jv_get_kind(value) == JV_KIND_NUMBER; }

  /// While a program is compiled; `state` is nullptr then.
  void begin_program();
  void begin_page(jq_state *state);

  /// Whether jq may have this double. If not, the program stops.
  bool may_calculate(const jv &number);
  /// The order of two numbers, of which one is wide.
  int order(const jv &a, const jv &b);
  /// Stops the program because of a wide number.
  void refuse(const jv &number);

  bool is_refused = false;
  /// Which number it was, in words, for a program with this text. Values of records are not said.
  std::string refused(const std::string &program) const;

 private:
  struct Wide {
    std::string text;
    jv member;
    /// In the program itself more digits than count (3.14159265358979323846) and 1e1000 mean the nearest double.
    bool may_be_rounded;
  };

  jv keep(std::string text, double value, const jv &member, bool may_be_rounded);
  const Wide &at(const jv &number) const { return wide[size_t(-(number.size + 1))]; }
  void forget(size_t kept);

  /// Of numbers that a double holds, and which could be written otherwise: how the page writes them.
  std::vector<std::string> spellings;
  std::vector<Wide> wide;
  size_t of_program = 0, refused_index = 0;
  jq_state *state = nullptr;
  bool is_compiling = false;
};

/// Whether libjq calls the functions of this program. One that was linked with its own would calculate unseen.
bool is_asked();

}  // namespace exact
