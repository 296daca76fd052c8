// Reading a whole document, strictly: simdjson On-Demand checks structure as it is iterated, this walk iterates
// everything and checks what On-Demand leaves to the caller (numbers, literals, what follows the document).
#include "reader.hpp"

#include <cstring>

namespace psj {

bool number_is_valid(std::string_view text) {
  size_t i = 0, n = text.size();
  auto digits = [&] {
    size_t start = i;
    while (i < n && text[i] >= '0' && text[i] <= '9') i++;
    return i - start;
  };
  if (i < n && text[i] == '-') i++;
  if (i < n && text[i] == '0') i++;
  else if (digits() == 0) return false;
  if (i < n && text[i] == '.') {
    i++;
    if (digits() == 0) return false;
  }
  if (i < n && (text[i] == 'e' || text[i] == 'E')) {
    i++;
    if (i < n && (text[i] == '+' || text[i] == '-')) i++;
    if (digits() == 0) return false;
  }
  return i == n;
}

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && is_space(token.back())) token.remove_suffix(1);
  while (!token.empty() && is_space(token.front())) token.remove_prefix(1);
  return token;
}

int32_t code_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::SUCCESS: return PSJ_OK;
    case simdjson::UTF8_ERROR: return PSJ_UTF8;
    case simdjson::DEPTH_ERROR: return PSJ_DEPTH;
    case simdjson::CAPACITY: return PSJ_LIMIT;
    case simdjson::NO_SUCH_FIELD:
    case simdjson::INDEX_OUT_OF_BOUNDS:
    case simdjson::INVALID_JSON_POINTER: return PSJ_MISSING;
    case simdjson::INCORRECT_TYPE: return PSJ_TYPE;
    default: return PSJ_SYNTAX;
  }
}

int32_t raw_of(ondemand::value value, std::string_view &raw) {
  return code_of(simdjson::to_json_string(value).get(raw));
}

namespace {

bool is_at_end(ondemand::document &document) {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

struct Walk {
  psj_visit_or_null visit;
  void *context;
  uint32_t max_depth;
  const char *where = nullptr;  // the last token looked at

  void emit(uint32_t event, std::string_view text = {}) {
    if (visit) visit(context, event, text.data(), text.size());
  }

  int32_t value(ondemand::value v, uint32_t depth) {
    std::string_view token = v.raw_json_token();
    where = token.data();
    if (depth > max_depth && !token.empty() && (token[0] == '{' || token[0] == '[')) return PSJ_DEPTH;
    switch (token.empty() ? '\0' : token[0]) {
      case '{': return object(v, depth);
      case '[': return array(v, depth);
      case '"': {
        std::string_view text;
        if (auto error = v.get_string().get(text)) return code_of(error);
        emit(PSJ_STRING, text);
        return PSJ_OK;
      }
      default: return scalar(trimmed(token));
    }
  }

  int32_t scalar(std::string_view token) {
    if (token == "true") emit(PSJ_TRUE);
    else if (token == "false") emit(PSJ_FALSE);
    else if (token == "null") emit(PSJ_NULL);
    else if (number_is_valid(token)) emit(PSJ_NUMBER, token);
    else return PSJ_SYNTAX;
    return PSJ_OK;  // an unread scalar is skipped by the iteration around it
  }

  int32_t object(ondemand::value v, uint32_t depth) {
    ondemand::object object;
    if (auto error = v.get_object().get(object)) return code_of(error);
    emit(PSJ_OBJECT);
    for (auto each : object) {
      ondemand::field field;
      if (auto error = std::move(each).get(field)) return code_of(error);
      std::string_view name;
      if (auto error = field.unescaped_key().get(name)) return code_of(error);
      emit(PSJ_NAME, name);
      if (int32_t code = value(field.value(), depth + 1)) return code;
    }
    emit(PSJ_OBJECT_END);
    return PSJ_OK;
  }

  int32_t array(ondemand::value v, uint32_t depth) {
    ondemand::array array;
    if (auto error = v.get_array().get(array)) return code_of(error);
    emit(PSJ_ARRAY);
    for (auto each : array) {
      ondemand::value element;
      if (auto error = std::move(each).get(element)) return code_of(error);
      if (int32_t code = value(element, depth + 1)) return code;
    }
    emit(PSJ_ARRAY_END);
    return PSJ_OK;
  }
};

}  // namespace

int32_t walk(ondemand::parser &parser, const char *data, size_t size, size_t capacity, uint32_t max_depth,
             psj_visit_or_null visit, void *context, uint64_t *offset) {
  *offset = 0;
  ondemand::document document;
  if (auto error = parser.iterate(data, size, capacity).get(document)) return code_of(error);
  ondemand::value root;
  if (auto error = document.get_value().get(root)) {
    // A bare scalar: simdjson reads it apart from values, and the number grammar is the same.
    std::string_view token = trimmed(std::string_view(data, size));
    Walk bare{visit, context, max_depth};
    if (token == "true") bare.emit(PSJ_TRUE);
    else if (token == "false") bare.emit(PSJ_FALSE);
    else if (token == "null") bare.emit(PSJ_NULL);
    else if (number_is_valid(token)) bare.emit(PSJ_NUMBER, token);
    else if (!token.empty() && token[0] == '"') {
      std::string_view text;
      if (document.get_string().get(text)) return PSJ_SYNTAX;
      if (!is_at_end(document)) return PSJ_SYNTAX;
      bare.emit(PSJ_STRING, text);
    } else return error == simdjson::SCALAR_DOCUMENT_AS_VALUE ? PSJ_SYNTAX : code_of(error);
    return PSJ_OK;
  }
  Walk state{visit, context, max_depth};
  int32_t code = state.value(root, 1);
  if (code == PSJ_OK && !is_at_end(document)) {
    code = PSJ_SYNTAX;
    state.where = document.current_location().value_unsafe();
  }
  if (code != PSJ_OK && state.where) *offset = uint64_t(state.where - data);
  return code;
}

Readers &readers() {
  static thread_local Readers shared;
  return shared;
}

void shrink_readers() {
  constexpr size_t kept = 16 << 20;
  Readers &shared = readers();
  if (shared.page.capacity() > kept) shared.page = ondemand::parser();
  if (shared.small.capacity() > kept) shared.small = ondemand::parser();
  if (shared.judge.capacity() > kept) shared.judge = simdjson::dom::parser();
}

}  // namespace psj

extern "C" int32_t psj_walk(const uint8_t *data, uint64_t size, uint32_t max_depth, psj_visit_or_null visit,
                            void *context, uint64_t *offset) {
  psj::Readers &readers = psj::readers();
  readers.scratch.resize(size + simdjson::SIMDJSON_PADDING);
  if (size) std::memcpy(readers.scratch.data(), data, size);
  std::memset(readers.scratch.data() + size, ' ', simdjson::SIMDJSON_PADDING);
  int32_t code = psj::walk(readers.small, readers.scratch.data(), size, readers.scratch.size(), max_depth, visit,
                           context, offset);
  if (readers.scratch.capacity() > (1u << 20)) std::vector<char>().swap(readers.scratch);
  return code;
}

extern "C" int32_t psj_validate(const uint8_t *data, uint64_t size, uint32_t max_depth, uint64_t *offset) {
  return psj_walk(data, size, max_depth, nullptr, nullptr, offset);
}
