#include "exact.h"

#include <dlfcn.h>

#include <cmath>
#include <cstdlib>

#include "builder.h"
#include "numbers.h"

namespace exact {

Numbers *Numbers::current = nullptr;

// ---- The numbers ---------------------------------------------------------------------------------

jv Numbers::of_page(std::string_view text, const jv &member) {
  double value = std::strtod(std::string(text).c_str(), nullptr);
  if (numbers::is_plain(text)) return jv_number(value);
  if (!numbers::fits(text, value)) return keep(std::string(text), value, member, false);
  // The value is the double's; only how it is written has to be remembered.
  jv result = jv_number(value);
  spellings.emplace_back(text);
  result.size = int(spellings.size());
  return result;
}

jv Numbers::of_text(std::string_view text) {
  double value = std::strtod(std::string(text).c_str(), nullptr);
  if (numbers::is_plain(text) || numbers::fits(text, value)) return jv_number(value);
  bool may_be_rounded = is_compiling && (!std::isfinite(value) || !numbers::Decimal(text).is_whole());
  return keep(numbers::as_json(text), value, jv_invalid(), may_be_rounded);
}

jv Numbers::keep(std::string text, double value, const jv &member, bool may_be_rounded) {
  jv result = jv_number(value);
  wide.push_back({std::move(text), jv_copy(member), may_be_rounded});
  result.size = -int(wide.size());
  return result;
}

std::string_view Numbers::digits(const jv &number) const {
  if (is_wide(number)) return at(number).text;
  bool is_spelled = number.size > 0 && size_t(number.size) <= spellings.size();
  return is_spelled ? std::string_view(spellings[size_t(number.size) - 1]) : std::string_view();
}

void Numbers::forget(size_t kept) {
  for (; wide.size() > kept; wide.pop_back()) jv_free(wide.back().member);
  spellings.clear();
  is_refused = false;
}

void Numbers::begin_program() {
  forget(0);
  is_compiling = true;
  state = nullptr;
}

void Numbers::begin_page(jq_state *state) {
  if (is_compiling) of_program = wide.size();
  is_compiling = false;
  forget(of_program);
  this->state = state;
}

bool Numbers::may_calculate(const jv &number) {
  if (at(number).may_be_rounded) return true;
  refuse(number);
  return false;
}

void Numbers::refuse(const jv &number) {
  if (is_refused) return;
  is_refused = true;
  refused_index = size_t(-(number.size + 1));
  if (state != nullptr && !jq_halted(state)) jq_halt(state, jv_invalid(), jv_invalid());
}

std::string Numbers::refused(const std::string &program) const {
  const Wide &number = wide[refused_index];
  if (is_compiling || refused_index < of_program) return number.text + " in the program";
  if (jv_get_kind(number.member) == JV_KIND_INVALID) return "a number of the page";
  std::string member(view(number.member));
  // A member's name may be a value, too, unless the program has it.
  return program.find(member) == std::string::npos ? "a number of the page" : "the member “" + member + "”";
}

int Numbers::order(const jv &a, const jv &b) {
  double x = a.u.number, y = b.u.number;
  // As jq has it: not a number is less than any.
  if (x != x) return -1;
  if (y != y) return 1;
  // Reading a decimal number as a double never turns the order of two.
  if (x != y) return x < y ? -1 : 1;
  bool is_infinite = std::isinf(x) && !(is_wide(a) && is_wide(b));
  numbers::Decimal left(is_wide(a) ? at(a).text : numbers::shortest(x));
  numbers::Decimal right(is_wide(b) ? at(b).text : numbers::shortest(y));
  if (!is_infinite && left.is_known && right.is_known) return left.order(right);
  // A double that is infinite may be any number that is too large for one.
  refuse(is_wide(a) ? a : b);
  return 0;
}

// ---- Values that hold wide numbers ---------------------------------------------------------------

/// What is nested deeper is left to libjq, which has limits of its own, and comes to jv_number_value.
constexpr int max_depth = 256;

/// libjq's own functions.
struct Own {
  template <typename F> static F *find(const char *name) { return reinterpret_cast<F *>(dlsym(RTLD_NEXT, name)); }
  decltype(::jv_number_value) *number_value = find<decltype(::jv_number_value)>("jv_number_value");
  decltype(::jv_cmp) *cmp = find<decltype(::jv_cmp)>("jv_cmp");
  decltype(::jv_equal) *equal = find<decltype(::jv_equal)>("jv_equal");
  decltype(::jv_dump_string) *dump_string = find<decltype(::jv_dump_string)>("jv_dump_string");
  decltype(::jv_parse_sized) *parse_sized = find<decltype(::jv_parse_sized)>("jv_parse_sized");
};

static const Own own;

static bool is_in_use() { return Numbers::current != nullptr && Numbers::current->has_wide(); }

/// As jv_cmp, from which it differs in wide numbers alone. Takes both.
static int compare(jv a, jv b, int depth) {
  jv_kind kind = jv_get_kind(a);
  if (Numbers::is_wide(a) || Numbers::is_wide(b))
    if (kind == jv_get_kind(b)) return Numbers::current->order(a, b);
  bool is_nested = kind == JV_KIND_ARRAY || kind == JV_KIND_OBJECT;
  if (!is_nested || kind != jv_get_kind(b) || depth == 0) return own.cmp(a, b);
  jv names = jv_null();
  int result = 0;
  if (kind == JV_KIND_OBJECT) {
    names = jv_keys(jv_copy(a));
    result = own.cmp(jv_copy(names), jv_keys(jv_copy(b)));
  }
  const jv &counted = kind == JV_KIND_OBJECT ? names : a;
  int length = jv_array_length(jv_copy(counted));
  int other = kind == JV_KIND_OBJECT ? length : jv_array_length(jv_copy(b));
  for (int i = 0; result == 0 && i < length && i < other; i++) {
    jv key = kind == JV_KIND_OBJECT ? jv_array_get(jv_copy(names), i) : jv_number(i);
    result = compare(jv_get(jv_copy(a), jv_copy(key)), jv_get(jv_copy(b), key), depth - 1);
  }
  jv_free(names);
  jv_free(a);
  jv_free(b);
  return result != 0 ? result : length - other;
}

/// As jv_equal, from which it differs in wide numbers alone. Takes both.
static int equal(jv a, jv b, int depth) {
  jv_kind kind = jv_get_kind(a);
  if (Numbers::is_wide(a) || Numbers::is_wide(b))
    if (kind == jv_get_kind(b)) return Numbers::current->order(a, b) == 0;
  bool is_nested = kind == JV_KIND_ARRAY || kind == JV_KIND_OBJECT;
  bool is_same = is_nested && kind == jv_get_kind(b) && jv_identical(jv_copy(a), jv_copy(b));
  if (!is_nested || is_same || kind != jv_get_kind(b) || depth == 0) return own.equal(a, b);
  auto count = [kind](const jv &value) {
    return kind == JV_KIND_OBJECT ? jv_object_length(jv_copy(value)) : jv_array_length(jv_copy(value));
  };
  int result = count(a) == count(b);
  jv names = jv_keys(jv_copy(a));
  for (int i = 0, length = count(a); result == 1 && i < length; i++) {
    jv key = jv_array_get(jv_copy(names), i);
    if (kind == JV_KIND_OBJECT && !jv_object_has(jv_copy(b), jv_copy(key))) result = 0;
    if (result == 1) result = equal(jv_get(jv_copy(a), jv_copy(key)), jv_get(jv_copy(b), jv_copy(key)), depth - 1);
    jv_free(key);
  }
  jv_free(names);
  jv_free(a);
  jv_free(b);
  return result;
}

/// Calls `visit` with each name and value of an array or object until it says false. The names of an array are null.
template <typename Visit> static bool each(const jv &value, Visit visit) {
  bool goes_on = true;
  if (jv_get_kind(value) == JV_KIND_ARRAY) {
    for (int i = 0, length = jv_array_length(jv_copy(value)); goes_on && i < length; i++) {
      jv element = jv_array_get(jv_copy(value), i);
      goes_on = visit(jv_null(), element);
      jv_free(element);
    }
  } else if (jv_get_kind(value) == JV_KIND_OBJECT) {
    for (int i = jv_object_iter(value); goes_on && jv_object_iter_valid(value, i); i = jv_object_iter_next(value, i)) {
      jv element = jv_object_iter_value(value, i);
      goes_on = visit(jv_object_iter_key(value, i), element);
      jv_free(element);
    }
  }
  return goes_on;
}

static bool holds_wide(const jv &value, int depth) {
  if (Numbers::is_wide(value)) return true;
  return depth > 0 && !each(value, [depth](jv name, const jv &element) {
    jv_free(name);
    return !holds_wide(element, depth - 1);
  });
}

static void append(std::string &text, jv part) {
  text.append(view(part));
  jv_free(part);
}

/// As jv_dump_string without flags.
static void write(std::string &text, const jv &value, int depth) {
  jv_kind kind = jv_get_kind(value);
  if (Numbers::is_wide(value)) {
    text.append(Numbers::current->digits(value));
  } else if ((kind == JV_KIND_ARRAY || kind == JV_KIND_OBJECT) && depth > 0) {
    bool is_array = kind == JV_KIND_ARRAY, is_first = true;
    text += is_array ? '[' : '{';
    each(value, [&](jv name, const jv &element) {
      if (!is_first) text += ',';
      is_first = false;
      if (is_array) jv_free(name);
      else append(text, own.dump_string(name, 0)), text += ':';
      write(text, element, depth - 1);
      return true;
    });
    text += is_array ? ']' : '}';
  } else {
    append(text, own.dump_string(jv_copy(value), 0));
  }
}

/// What jq read of a text that has a wide number, with all digits.
static jv reread(jv value, std::string_view text, std::string_view number) {
  Numbers &numbers = *Numbers::current;
  if (jv_get_kind(value) == JV_KIND_NUMBER) return numbers.of_text(number);
  Builder builder(numbers, false);
  uint64_t offset = 0;
  const auto *bytes = reinterpret_cast<const uint8_t *>(text.data());
  if (psj_walk(bytes, text.size(), max_depth, Builder::visit, &builder, &offset) != PSJ_OK) {
    // jq reads some texts that are not JSON ([007]). What they mean is not known with all digits.
    numbers.refuse(numbers.of_text(number));
    return value;
  }
  jv_free(value);
  value = builder.root;
  builder.root = jv_invalid();
  return value;
}

bool is_asked() {
  if (!own.number_value || !own.cmp || !own.equal || !own.dump_string || !own.parse_sized) return false;
  Numbers numbers, *before = Numbers::current;
  Numbers::current = &numbers;
  jv less = jv_parse("9007199254740992.5"), more = jv_parse("9007199254740993");
  jv pair = jv_array_append(jv_array_append(jv_array(), more), less);
  jv first = jv_array_get(jv_sort(jv_copy(pair), jv_copy(pair)), 0);
  bool is_ordered = numbers.digits(first) == "9007199254740992.5";
  char text[40];
  bool is_written = std::string_view("9007199254740993") == jv_dump_string_trunc(jv_copy(more), text, sizeof text);
  bool is_equal = jv_contains(jv_copy(more), jv_copy(less)) != 0;
  bool is_calm = Numbers::is_wide(less) && Numbers::is_wide(more) && !numbers.is_refused;
  jv_free(jv_get(pair, jv_copy(more)));
  bool is_stopped = numbers.is_refused;
  Numbers::current = before;
  return is_ordered && is_written && !is_equal && is_calm && is_stopped;
}

}  // namespace exact

// ---- In the place of libjq's functions -----------------------------------------------------------

using namespace exact;

extern "C" double jv_number_value(jv number) {
  if (Numbers::is_wide(number) && Numbers::current != nullptr && !Numbers::current->may_calculate(number)) return 0;
  return own.number_value(number);
}

extern "C" int jv_cmp(jv a, jv b) { return is_in_use() ? compare(a, b, max_depth) : own.cmp(a, b); }

extern "C" int jv_equal(jv a, jv b) { return is_in_use() ? equal(a, b, max_depth) : own.equal(a, b); }

extern "C" jv jv_dump_string(jv value, int flags) {
  if (flags != 0 || !is_in_use() || !holds_wide(value, max_depth)) return own.dump_string(value, flags);
  std::string text;
  write(text, value, max_depth);
  jv_free(value);
  return jv_string_sized(text.data(), int(text.size()));
}

extern "C" jv jv_parse_sized(const char *text, int size) {
  jv value = own.parse_sized(text, size);
  if (Numbers::current == nullptr || !jv_is_valid(value)) return value;
  std::string_view all(text, size_t(size)), number = numbers::first_wide(all);
  return number.empty() ? value : reread(value, all, number);
}
