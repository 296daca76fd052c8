#include "include/jq_map.h"

#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "numbers.h"
#include "simdjson_cut.h"

extern "C" {
#include <jq.h>
}

namespace {

// Around the digits of a number that a double cannot hold; a text of the page that has the first has it twice.
constexpr std::string_view opening = "\xEF\xB7\x90", closing = "\xEF\xB7\x91";

void tell(char *message, std::string_view text) {
  size_t size = text.size() < JQM_MESSAGE - 1 ? text.size() : JQM_MESSAGE - 1;
  std::memcpy(message, text.data(), size);
  message[size] = 0;
}

std::string_view view(const jv &text) {
  return {jv_string_value(text), size_t(jv_string_length_bytes(jv_copy(text)))};
}

// ---- The page, as values of jq -------------------------------------------------------------------

struct Builder {
  struct Open { jv container; jv name; };
  std::vector<Open> open;
  /// The numbers that could be written otherwise, as the page writes them.
  std::vector<std::string> &spellings;
  jv root = jv_invalid();
  std::string twice;

  explicit Builder(std::vector<std::string> &spellings) : spellings(spellings) {}

  ~Builder() {
    for (Open &each : open) jv_free(each.container), jv_free(each.name);
    jv_free(root);
  }

  void add(jv value) {
    if (open.empty()) {
      jv_free(root);
      root = value;
      return;
    }
    Open &top = open.back();
    if (jv_get_kind(top.container) == JV_KIND_ARRAY) {
      top.container = jv_array_append(top.container, value);
      return;
    }
    if (twice.empty() && jv_object_has(jv_copy(top.container), jv_copy(top.name))) twice = view(top.name);
    top.container = jv_object_set(top.container, top.name, value);
    top.name = jv_invalid();
  }

  static jv text(std::string_view text) {
    size_t at = text.find(opening);
    if (at == std::string_view::npos) return jv_string_sized(text.data(), int(text.size()));
    std::string escaped;
    for (; at != std::string_view::npos; at = text.find(opening)) {
      escaped.append(text.substr(0, at)).append(opening).append(opening);
      text.remove_prefix(at + opening.size());
    }
    escaped.append(text);
    return jv_string_sized(escaped.data(), int(escaped.size()));
  }

  jv number(std::string_view text) {
    double value = std::strtod(std::string(text).c_str(), nullptr);
    if (numbers::is_plain(text)) return jv_number(value);
    if (!numbers::fits(text, value)) {
      std::string marked = std::string(opening).append(text).append(closing);
      return jv_string_sized(marked.data(), int(marked.size()));
    }
    // The value is the double's; only how it is written has to be remembered. `size` means nothing for a number, and
    // goes with the value wherever a program moves it; what it computes has none.
    jv result = jv_number(value);
    spellings.emplace_back(text);
    result.size = int(spellings.size());
    return result;
  }

  void close() {
    Open top = open.back();
    open.pop_back();
    jv_free(top.name);
    add(top.container);
  }

  void see(uint32_t event, std::string_view text) {
    switch (event) {
    case PSJ_OBJECT: open.push_back({jv_object(), jv_invalid()}); break;
    case PSJ_ARRAY: open.push_back({jv_array(), jv_invalid()}); break;
    case PSJ_OBJECT_END: case PSJ_ARRAY_END: close(); break;
    case PSJ_NAME: open.back().name = this->text(text); break;
    case PSJ_STRING: add(this->text(text)); break;
    case PSJ_NUMBER: add(number(text)); break;
    case PSJ_TRUE: add(jv_true()); break;
    case PSJ_FALSE: add(jv_false()); break;
    default: add(jv_null());
    }
  }

  static void visit(void *context, uint32_t event, const char *text, uint64_t size) {
    static_cast<Builder *>(context)->see(event, {text, size_t(size)});
  }
};

// ---- Values of jq, as lines ----------------------------------------------------------------------

struct Writer {
  uint8_t *out;
  uint64_t room;
  const std::vector<std::string> &spellings;
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

  /// The number that begins here between marks, or nothing.
  static std::string_view marked(std::string_view text) {
    size_t end = text.find(closing, opening.size());
    if (text.substr(0, opening.size()) != opening || end == std::string_view::npos) return {};
    std::string_view digits = text.substr(opening.size(), end - opening.size());
    bool is_number = digits.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    return is_number ? digits : std::string_view();
  }

  void escape(char letter) {
    char text[8];
    unsigned char byte = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') put('\\'), put(letter);
    else if (byte < 0x20) std::snprintf(text, sizeof text, "\\u%04x", byte), put(std::string_view(text));
    else put(letter);
  }

  void text(std::string_view text) {
    put('"');
    while (!text.empty()) {
      if (text[0] == opening[0] && text.substr(0, opening.size()) == opening) {
        std::string_view digits = marked(text);
        bool is_own = text.substr(opening.size(), opening.size()) == opening;
        put(digits.empty() ? opening : digits);
        text.remove_prefix(
            digits.empty() ? opening.size() * (is_own ? 2 : 1) : digits.size() + opening.size() + closing.size());
      } else {
        escape(text[0]);
        text.remove_prefix(1);
      }
    }
    put('"');
  }

  void number(const jv &value) {
    double number = jv_number_value(value);
    if (value.size > 0 && size_t(value.size) <= spellings.size()) put(spellings[size_t(value.size) - 1]);
    else if (number != number) put("null");
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
    case JV_KIND_STRING: {
      std::string_view whole = view(value), digits = marked(whole);
      bool is_number = !digits.empty() && whole.size() == digits.size() + opening.size() + closing.size();
      if (is_number) put(digits);
      else text(whole);
      break;
    }
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
};

/// An error that is null would be none to jq, and the records from there on would be missing unseen.
static const char *const errors =
    "def error: error(if . == null then \"an error that is null\" else . end); def error(m): m | error; ";

jqm_program *jqm_compile(const char *text, char *message) {
  // jq shows a program all variables. It reads the list without looking whether there is one.
  static char *no_variables[] = {nullptr};
  environ = no_variables;
  jq_state *state = jq_init();
  if (state == nullptr) return tell(message, "jq cannot begin"), nullptr;
  std::string said;
  // No folder has modules. Without the list jq ends its process where a program asks for one.
  jq_set_attr(state, jv_string("JQ_LIBRARY_PATH"), jv_array());
  jq_set_error_cb(state, collect, &said);
  if (!jq_compile(state, text)) {
    drop(said, "jq: error: ");
    drop(said, " (Unix shell quoting issues?)");
    size_t end = said.rfind("jq: ");
    tell(message, end == std::string::npos ? said : said.substr(0, end));
    return nullptr;
  }
  jq_set_error_cb(state, nullptr, nullptr);
  std::string whole(text);
  if (whole.find("error") != std::string::npos && !jq_compile(state, (errors + whole).c_str()))
    return tell(message, "it cannot be compiled with error"), nullptr;
  return new jqm_program{state, whole};
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
  std::vector<std::string> spellings;
  Builder builder(spellings);
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
  Writer writer{out, room, spellings};
  jq_start(program->state, builder.root, 0);
  builder.root = jv_invalid();
  while (true) {
    jv output = jq_next(program->state);
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
