// JSON as values of jq.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "exact.h"
#include "simdjson_cut.h"

inline std::string_view view(const jv &text) {
  return {jv_string_value(text), size_t(jv_string_length_bytes(jv_copy(text)))};
}

/// Takes the events of `psj_walk`.
struct Builder {
  struct Open { jv container; jv name; };
  std::vector<Open> open;
  exact::Numbers &numbers;
  /// Else it is a text that a program reads.
  bool is_page;
  jv root = jv_invalid();
  std::string twice;

  Builder(exact::Numbers &numbers, bool is_page) : numbers(numbers), is_page(is_page) {}

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

  static jv text(std::string_view text) { return jv_string_sized(text.data(), int(text.size())); }

  jv number(std::string_view text) {
    if (!is_page) return numbers.of_text(text);
    jv none = jv_invalid();
    auto named = open.rbegin();
    while (named != open.rend() && jv_get_kind(named->name) != JV_KIND_STRING) ++named;
    return numbers.of_page(text, named == open.rend() ? none : named->name);
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
