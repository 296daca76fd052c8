// Finding values by JSON Pointers (RFC 6901). Every reader of records looks members up here: the cutter, and what
// fills typed columns.
#include <algorithm>
#include <cstring>

#include "reader.hpp"

namespace psj {

std::optional<std::vector<std::string>> parts_of(const std::string &pointer) {
  std::vector<std::string> parts;
  if (pointer.empty()) return parts;
  if (pointer[0] != '/') return std::nullopt;
  parts.emplace_back();
  for (size_t i = 1; i < pointer.size(); i++) {
    if (pointer[i] == '/') parts.emplace_back();
    else if (pointer[i] != '~') parts.back() += pointer[i];
    else if (i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1'))
      parts.back() += pointer[++i] == '0' ? '~' : '/';
    else return std::nullopt;
  }
  return parts;
}

Name::Name(std::string given) : text(std::move(given)), is_plain(true), index(-1) {
  for (char c : text)
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) is_plain = false;
  bool is_number = !text.empty() && text.size() < 10 && (text.size() == 1 || text[0] != '0');
  for (char c : text) is_number = is_number && c >= '0' && c <= '9';
  if (is_number) index = std::stoll(text);
}

bool Name::is(ondemand::raw_json_string key) const {
  const char *raw = key.raw();
  if (is_plain && std::strncmp(raw, text.data(), text.size()) == 0 && raw[text.size()] == '"') return true;
  std::string_view token = token_of(key);
  // Another spelling of it has an escape in it.
  if (token.size() < text.size() + 2 || std::memchr(token.data(), '\\', token.size()) == nullptr) return false;
  Text written = text_of(token);
  return written.is_text && written.view == text;
}

std::string_view token_of(ondemand::raw_json_string string) {
  const char *end = string.raw();
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  return {string.raw() - 1, size_t(end - string.raw()) + 2};
}

Text text_of(std::string_view token) {
  static thread_local std::vector<uint8_t> room;
  if (token.size() < 2 || token[0] != '"') return {};
  if (std::memchr(token.data(), '\\', token.size()) == nullptr) return {token.substr(1, token.size() - 2), true};
  if (room.size() < token.size() + simdjson::SIMDJSON_PADDING)
    room.resize(token.size() + simdjson::SIMDJSON_PADDING);
  uint8_t *end = room.data();
  std::string_view text;
  ondemand::raw_json_string quoted(reinterpret_cast<const uint8_t *>(token.data()) + 1);
  // A parser that has read nothing on this thread has nothing to take escapes out with.
  ondemand::parser &parser = readers().small;
  if (parser.capacity() == 0 && parser.allocate(1024)) return {};
  if (parser.unescape(quoted, end).get(text)) return {};
  return {text, true};
}

simdjson::simdjson_result<ondemand::value> member_of(ondemand::object &object, const Name &name) {
  for (auto each : object) {
    ondemand::field field;
    if (auto error = std::move(each).get(field)) return error;
    if (name.is(field.key())) return std::move(field).value();
  }
  return simdjson::NO_SUCH_FIELD;
}

simdjson::simdjson_result<ondemand::value> member_of(ondemand::array &array, const Name &name) {
  if (name.index < 0) return simdjson::NO_SUCH_FIELD;
  int64_t index = 0;
  for (auto each : array) {
    ondemand::value value;
    if (auto error = each.get(value)) return error;
    if (index++ == name.index) return std::move(value);
  }
  return simdjson::INDEX_OUT_OF_BOUNDS;
}

uint32_t PointerSet::add(const std::string &pointer) {
  std::optional<std::vector<std::string>> parts = parts_of(pointer);
  if (!parts) return slots++;
  uint32_t at = 0;
  for (const std::string &part : *parts) {
    size_t i = 0;
    while (i < nodes[at].names.size() && nodes[at].names[i].text != part) i++;
    if (i == nodes[at].names.size()) {
      nodes.emplace_back();
      nodes[at].places.emplace(part, uint32_t(i));
      nodes[at].names.emplace_back(part);
      nodes[at].nodes.push_back(uint32_t(nodes.size() - 1));
      nodes[at].has_index = nodes[at].has_index || nodes[at].names.back().index >= 0;
    }
    at = nodes[at].nodes[i];
  }
  if (nodes[at].slot < 0) nodes[at].slot = slots++;
  return uint32_t(nodes[at].slot);
}

int32_t PointerSet::find(ondemand::object &root, std::vector<Found> &found, Trail &trail) const {
  found.assign(slots, Found());
  Search search{found, trail};
  if (int32_t code = object(root, 0, search)) return code;
  if (nodes[0].slot < 0) return PSJ_OK;
  std::string_view raw;
  if (root.reset().error() || root.raw_json().get(raw)) return PSJ_SYNTAX;
  found[size_t(nodes[0].slot)] = {trimmed(raw), true, false};
  return PSJ_OK;
}

/// The place of a name among those of a node; as many as there are for a name that nobody looks for.
size_t PointerSet::place_of(const Node &node, ondemand::raw_json_string key) {
  Text text = text_of(token_of(key));
  if (!text.is_text) return node.names.size();
  auto place = node.places.find(text.view);
  return place == node.places.end() ? node.names.size() : place->second;
}

/// The same by way of the record before. Names are compared as they are written; a member more or less is no harm.
size_t PointerSet::place_of(const Node &node, ondemand::raw_json_string key, Trail::Steps &trail) {
  constexpr size_t ahead = 4, most = 256;
  size_t end = std::min(trail.steps.size(), trail.next + ahead);
  for (size_t i = trail.next; i < end; i++) {
    const Trail::Step &step = trail.steps[i];
    // Equal as far as the quote that ends it: the comparison stops there at the latest.
    if (std::strncmp(key.raw(), step.name.data(), step.name.size()) || key.raw()[step.name.size()] != '"') continue;
    trail.next = i + 1;
    return step.place;
  }
  size_t place = place_of(node, key);
  if (trail.steps.size() < most) {
    std::string_view token = token_of(key);
    std::string name(token.substr(1, token.size() - 2));
    trail.steps.insert(trail.steps.begin() + ptrdiff_t(trail.next++), {std::move(name), place});
  }
  return place;
}

int32_t PointerSet::object(ondemand::object &object, uint32_t index, Search &search) const {
  const Node &node = nodes[index];
  Trail::Steps &trail = search.trail.begin(index);
  for (auto each : object) {
    ondemand::field field;
    if (auto error = std::move(each).get(field)) return code_of(error);
    if (node.names.empty()) continue;
    size_t place = place_of(node, field.key(), trail);
    if (place == node.names.size()) continue;
    if (int32_t code = value(field.value(), node.nodes[place], search)) return code;
  }
  return PSJ_OK;
}

int32_t PointerSet::array(ondemand::array &array, const Node &node, Search &search) const {
  int64_t index = 0;
  for (auto each : array) {
    ondemand::value element;
    if (auto error = each.get(element)) return code_of(error);
    for (size_t i = 0; i < node.names.size(); i++) {
      if (node.names[i].index != index) continue;
      if (int32_t code = value(element, node.nodes[i], search)) return code;
      break;
    }
    index++;
  }
  return PSJ_OK;
}

int32_t PointerSet::value(ondemand::value value, uint32_t index, Search &search) const {
  const Node &node = nodes[index];
  std::string_view raw;
  std::string_view token = value.raw_json_token();
  char first = token.empty() ? '\0' : token[0];
  if (!node.names.empty() && first == '{') {
    ondemand::object inner;
    if (value.get_object().get(inner)) return PSJ_SYNTAX;
    if (int32_t code = object(inner, index, search)) return code;
    if (node.slot < 0) return PSJ_OK;
    if (inner.reset().error() || inner.raw_json().get(raw)) return PSJ_SYNTAX;
  } else if (node.has_index && first == '[') {
    ondemand::array inner;
    if (value.get_array().get(inner)) return PSJ_SYNTAX;
    if (int32_t code = array(inner, node, search)) return code;
    if (node.slot < 0) return PSJ_OK;
    if (inner.reset().error() || inner.raw_json().get(raw)) return PSJ_SYNTAX;
  } else if (node.slot < 0) {
    return PSJ_OK;
  } else if (first == '{' || first == '[') {
    if (int32_t code = raw_of(value, raw)) return code;
  } else {
    raw = token;
  }
  Found &place = search.found[size_t(node.slot)];
  raw = trimmed(raw);
  place.is_twice = place.is_twice || (place.is_there && place.raw != raw);
  place.is_there = true;
  place.raw = raw;
  return PSJ_OK;
}

}  // namespace psj
