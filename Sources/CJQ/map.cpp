#include "include/jq_map.h"

#include <unistd.h>

#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

#include "builder.h"
#include "exact.h"
#include "numbers.h"
#include "simdjson_cut.h"

namespace {

void tell(char *message, std::string_view text) {
  size_t size = text.size() < JQM_MESSAGE - 1 ? text.size() : JQM_MESSAGE - 1;
  std::memcpy(message, text.data(), size);
  message[size] = 0;
}

// ---- Values of jq, as lines ----------------------------------------------------------------------

struct Writer {
  uint8_t *out;
  uint64_t room;
  const exact::Numbers &numbers;
  uint64_t written = 0;
  bool is_full = false;

  void put(std::string_view text) {
    if (room - written < text.size()) {
      is_full = true;
      return;
    }
    std::memcpy(out + written, text.data(), text.size());
    written += text.size();
  }

  void put(char letter) { put(std::string_view(&letter, 1)); }

  void escape(char letter) {
    char text[8];
    unsigned char byte = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') put('\\'), put(letter);
    else if (byte < 0x20) std::snprintf(text, sizeof text, "\\u%04x", byte), put(std::string_view(text));
    else put(letter);
  }

  void text(std::string_view text) {
    put('"');
    for (char letter : text) escape(letter);
    put('"');
  }

  void number(const jv &value) {
    std::string_view digits = numbers.digits(value);
    if (!digits.empty()) return put(digits);
    double number = jv_number_value(value);
    if (number != number) put("null");
    else put(numbers::shortest(std::isfinite(number) ? number : std::copysign(1.7976931348623157e308, number)));
  }

  /// False where it is nested too deep.
  bool value(const jv &value, uint32_t depth) {
    if (depth == 0) return false;
    bool is_good = true, is_first = true;
    switch (jv_get_kind(value)) {
    case JV_KIND_TRUE: put("true"); break;
    case JV_KIND_FALSE: put("false"); break;
    case JV_KIND_NUMBER: number(value); break;
    case JV_KIND_STRING: text(view(value)); break;
    case JV_KIND_ARRAY: {
      put('[');
      int length = jv_array_length(jv_copy(value));
      for (int i = 0; i < length && is_good && !is_full; i++) {
        if (i) put(',');
        jv each = jv_array_get(jv_copy(value), i);
        is_good = this->value(each, depth - 1);
        jv_free(each);
      }
      put(']');
      break;
    }
    case JV_KIND_OBJECT: {
      put('{');
      int iterator = jv_object_iter(value);
      for (; jv_object_iter_valid(value, iterator) && is_good && !is_full;
           iterator = jv_object_iter_next(value, iterator)) {
        if (!is_first) put(',');
        is_first = false;
        jv name = jv_object_iter_key(value, iterator), each = jv_object_iter_value(value, iterator);
        text(view(name));
        put(':');
        is_good = this->value(each, depth - 1);
        jv_free(name);
        jv_free(each);
      }
      put('}');
      break;
    }
    default: put("null");
    }
    return is_good;
  }
};

// ---- What jq says --------------------------------------------------------------------------------

const char *const types[] = {"string", "number", "object", "array", "boolean", "null"};

/// Texts in quotes are values, too, such as a member's name, unless the program has them. Paths show values of all
/// kinds.
std::string without_quotes(std::string_view text, const std::string &program) {
  if (text.rfind("Invalid path expression", 0) == 0) return "Invalid path expression";
  size_t refused = text.rfind(" is not a valid "), date = text.rfind("\" does not match format");
  if (refused != std::string_view::npos && program.find(text.substr(0, refused)) == std::string::npos)
    return std::string("a text").append(text.substr(refused));
  if (date != std::string_view::npos) return std::string("date \"…").append(text.substr(date));
  size_t first = text.find('"'), last = text.rfind('"');
  if (first == std::string_view::npos || last == first) return std::string(text);
  if (program.find(text.substr(first + 1, last - first - 1)) != std::string::npos) return std::string(text);
  return std::string(text.substr(0, first + 1)).append("…").append(text.substr(last));
}

/// jq shows the beginning of a value behind its type: `string ("abc…") and number (1) cannot be added`. The records
/// are nobody's business but the store's, so only the types are kept.
std::string without_values(std::string_view text) {
  text = text.substr(0, text.find(" (while parsing"));
  size_t first = std::string_view::npos;
  for (const char *type : types) {
    size_t at = text.find(std::string(type) + " (");
    if (at != std::string_view::npos && at < first) first = at + std::strlen(type);
  }
  size_t last = text.rfind(')');
  if (first == std::string_view::npos || last == std::string_view::npos || last < first) return std::string(text);
  std::string result(text.substr(0, first));
  for (const char *type : types) {
    if (text.find(std::string(") and ") + type + " (") != std::string_view::npos) {
      result.append(" and ").append(type);
      break;
    }
  }
  return result.append(text.substr(last + 1));
}

void collect(void *context, jv message) {
  std::string &all = *static_cast<std::string *>(context);
  jv text = jv_get_kind(message) == JV_KIND_STRING ? message : jv_dump_string(message, 0);
  for (char letter : view(text)) {
    if (letter != '\n') all += letter;
    else if (!all.empty() && all.back() != ' ') all += ' ';
  }
  if (!all.empty() && all.back() != ' ') all += ' ';
  jv_free(text);
}

void drop(std::string &text, std::string_view part) {
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part)) text.erase(at, part.size());
}

}  // namespace

struct jqm_program {
  jq_state *state;
  std::string text;
  exact::Numbers numbers;
};

/// An error that is null would be none to jq, and the records from there on would be missing unseen.
static const char *const errors =
    "def error: error(if . == null then \"an error that is null\" else . end); def error(m): m | error; ";

/// False with what jq says of it.
static bool compile(jqm_program *program, const std::string &text, char *message) {
  std::string said;
  jq_set_error_cb(program->state, collect, &said);
  program->numbers.begin_program();
  bool is_good = jq_compile(program->state, text.c_str()) != 0;
  jq_set_error_cb(program->state, nullptr, nullptr);
  if (is_good && !program->numbers.is_refused) return true;
  drop(said, "jq: error: ");
  drop(said, " (Unix shell quoting issues?)");
  size_t end = said.rfind("jq: ");
  if (!is_good) tell(message, end == std::string::npos ? said : said.substr(0, end));
  else tell(message, "a double cannot hold " + program->numbers.refused(program->text) + ": write fewer digits");
  return false;
}

jqm_program *jqm_compile(const char *text, char *message) {
  // jq shows a program all variables. It reads the list without looking whether there is one.
  static char *no_variables[] = {nullptr};
  environ = no_variables;
  static const bool is_asked = exact::is_asked();
  if (!is_asked)
    return tell(message, "this libjq would round its numbers: install libjq 1.6 as a shared library"), nullptr;
  jq_state *state = jq_init();
  if (state == nullptr) return tell(message, "jq cannot begin"), nullptr;
  // No folder has modules. Without the list jq ends its process where a program asks for one.
  jq_set_attr(state, jv_string("JQ_LIBRARY_PATH"), jv_array());
  auto *program = new jqm_program{state, text, {}};
  exact::Numbers::current = &program->numbers;
  if (!compile(program, program->text, message)) return nullptr;
  // What jq says of a program shows its line, so it is compiled as it is before anything is put in front.
  if (program->text.find("error") == std::string::npos || compile(program, errors + program->text, message))
    return program;
  return nullptr;
}

/// The page and the program have met in a number that neither jq nor we can calculate with.
static int32_t refused(const jqm_program *program, char *message) {
  tell(message, program->numbers.refused(program->text));
  return JQM_NUMBER;
}

static int32_t finish(const jqm_program *program, jv last, char *message) {
  if (!jv_invalid_has_msg(jv_copy(last))) {
    jv_free(last);
    if (!jq_halted(program->state)) return JQM_OK;
    tell(message, "the program halts");
    return JQM_PROGRAM;
  }
  jv said = jv_invalid_get_msg(last);
  if (jv_get_kind(said) == JV_KIND_STRING)
    tell(message, without_quotes(without_values(view(said)), program->text).substr(0, 300));
  else tell(message, "an error that is no text");
  jv_free(said);
  return JQM_PROGRAM;
}

int32_t jqm_run(jqm_program *program, const uint8_t *page, uint64_t size, uint32_t max_depth, uint8_t *out,
                uint64_t room, uint64_t *written, uint64_t *count, char *message) {
  exact::Numbers &numbers = program->numbers;
  exact::Numbers::current = &numbers;
  numbers.begin_page(program->state);
  Builder builder(numbers, true);
  uint64_t offset = 0;
  *written = *count = 0;
  if (psj_walk(page, size, max_depth, Builder::visit, &builder, &offset) != PSJ_OK) {
    tell(message, "it is no JSON from byte " + std::to_string(offset) + " on");
    return JQM_PAGE;
  }
  if (!builder.twice.empty()) {
    tell(message, "the member “" + builder.twice.substr(0, 100) + "” stands twice in an object");
    return JQM_PAGE;
  }
  Writer writer{out, room, numbers};
  jq_start(program->state, builder.root, 0);
  builder.root = jv_invalid();
  while (true) {
    jv output = jq_next(program->state);
    if (numbers.is_refused) return jv_free(output), refused(program, message);
    if (!jv_is_valid(output)) {
      *written = writer.written;
      return finish(program, output, message);
    }
    jv_kind kind = jv_get_kind(output);
    bool is_good = kind == JV_KIND_OBJECT && writer.value(output, max_depth);
    jv_free(output);
    writer.put('\n');
    if (kind != JV_KIND_OBJECT) {
      tell(message, std::string("an output is of the type ") + jv_kind_name(kind));
      return JQM_OUTPUT;
    }
    if (!is_good) return tell(message, "an output is nested too deep"), JQM_OUTPUT;
    if (writer.is_full) return tell(message, "the outputs are too large"), JQM_TOO_LARGE;
    ++*count;
  }
}
