#pragma once
#define SIMDJSON_DEVELOPMENT_CHECKS 0
#include <simdjson.h>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simdjson_cut.h"

namespace psj {
namespace ondemand = simdjson::ondemand;

/// Parsers are kept per thread: their buffers are as large as the largest page seen there.
struct Readers {
  ondemand::parser page;    ///< iterates a page while `small` reads single records
  ondemand::parser small;
  simdjson::dom::parser judge;
  std::vector<char> scratch;
};
Readers &readers();
/// Gives back the buffers that a huge page left behind.
void shrink_readers();

bool number_is_valid(std::string_view text);
/// What JSON calls white space. A NUL is none, though strchr would find one.
inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
/// Without white space at both ends.
std::string_view trimmed(std::string_view token);
/// The parts of a JSON Pointer, with `~1` and `~0` replaced. Nothing for what is no pointer: it leads nowhere.
std::optional<std::vector<std::string>> parts_of(const std::string &pointer);

/// A name to look for among members: names are compared by value, so `"\u00e9"` is `é`.
struct Name {
  std::string text;
  bool is_plain;      ///< JSON can write it without escapes
  int64_t index;      ///< as the place in an array; -1 where it is none

  explicit Name(std::string text);
  bool is(ondemand::raw_json_string key) const;
};

simdjson::simdjson_result<ondemand::value> member_of(ondemand::object &object, const Name &name);
simdjson::simdjson_result<ondemand::value> member_of(ondemand::array &array, const Name &name);
/// Inside an object or an array; INCORRECT_TYPE in anything else.
template <typename Value>
simdjson::simdjson_result<ondemand::value> member_of(Value &value, const Name &name) {
  ondemand::json_type type;
  if (auto error = value.type().get(type)) return error;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (auto error = value.get_object().get(object)) return error;
    return member_of(object, name);
  }
  if (type != ondemand::json_type::array) return simdjson::NO_SUCH_FIELD;
  ondemand::array array;
  if (auto error = value.get_array().get(array)) return error;
  return member_of(array, name);
}

/// The first value that a pointer leads to.
template <typename Container>
simdjson::simdjson_result<ondemand::value> at_pointer(Container &container, const std::string &pointer) {
  std::optional<std::vector<std::string>> known = parts_of(pointer);
  if (!known || known->empty()) return simdjson::INVALID_JSON_POINTER;
  const std::vector<std::string> &parts = *known;
  ondemand::value value;
  if (auto error = member_of(container, Name(parts[0])).get(value)) return error;
  for (size_t i = 1; i < parts.size(); i++) {
    ondemand::value inner;
    if (auto error = member_of(value, Name(parts[i])).get(inner)) return error;
    value = inner;
  }
  return value;
}

/// What a pointer of a set led to in one record.
struct Found {
  std::string_view raw;    ///< as it stands in the document
  bool is_there = false;
  bool is_twice = false;   ///< a member on the way stands twice, with other values
};

/// The members of the record before, in their order, and which of them a set of pointers looks for: vendors write
/// the members of every record alike, so most need one comparison.
class Trail {
 public:
  struct Step { std::string name; size_t place; };    ///< the name as it is written
  struct Steps { std::vector<Step> steps; size_t next = 0; };

  /// Of a node of the set, from the first member on.
  Steps &begin(uint32_t node) {
    if (nodes.size() <= node) nodes.resize(node + 1);
    nodes[node].next = 0;
    return nodes[node];
  }

 private:
  std::deque<Steps> nodes;    ///< a deque does not move them
};

/// Pointers that are looked up together, in one pass over a record.
class PointerSet {
 public:
  PointerSet() : nodes(1) {}
  /// The number of the pointer; the same one has the same number.
  uint32_t add(const std::string &pointer);
  uint32_t count() const { return slots; }
  bool is_empty() const { return slots == 0; }
  /// Fills in one `Found` for each pointer. PSJ_OK, or why the record cannot be read.
  int32_t find(ondemand::object &root, std::vector<Found> &found, Trail &trail) const;

 private:
  struct Node {
    std::vector<Name> names;
    std::map<std::string, uint32_t, std::less<>> places;    ///< in `names`, by name
    std::vector<uint32_t> nodes;
    int64_t slot = -1;
    bool has_index = false;
  };
  std::vector<Node> nodes;
  uint32_t slots = 0;

  /// One search: what it fills in, and what it learns.
  struct Search { std::vector<Found> &found; Trail &trail; };

  static size_t place_of(const Node &node, ondemand::raw_json_string key);
  static size_t place_of(const Node &node, ondemand::raw_json_string key, Trail::Steps &trail);
  int32_t object(ondemand::object &object, uint32_t index, Search &search) const;
  int32_t array(ondemand::array &array, const Node &node, Search &search) const;
  int32_t value(ondemand::value value, uint32_t index, Search &search) const;
};

/// A text without its escapes.
struct Text {
  std::string_view view;
  bool is_text = false;    ///< false: half a character (a lone surrogate), or no string
};
/// The string as it stands in the document, with its quotes.
std::string_view token_of(ondemand::raw_json_string string);
/// `token` is a string as it stands in a padded document. The view is good until the next call on this thread.
Text text_of(std::string_view token);
/// Texts with U+0000 fit into no database's text.
inline bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

/// The bytes of a value as they stand in the document; the value is consumed.
int32_t raw_of(ondemand::value value, std::string_view &raw);
int32_t code_of(simdjson::error_code error);
int32_t walk(ondemand::parser &parser, const char *data, size_t size, size_t capacity, uint32_t max_depth,
             psj_visit_or_null visit, void *context, uint64_t *offset);
}  // namespace psj
