// Cutting a page: first the whole page is judged (DOM, the fast way); if that finds fault, each record is judged by
// itself, so that one bad record does not take the page with it.
#include <algorithm>
#include <climits>
#include <cstring>
#include <string>

#include "mask.hpp"
#include "page.hpp"

namespace psj {
namespace {

struct Cutter {
  const char *data;
  size_t size;
  const psj_plan &plan;
  psj_page &page;
  bool page_is_valid = false;
  int64_t best_number = INT64_MIN;
  double best_double = 0;
  std::string pending_inject, injected;
  std::vector<uint8_t> unescaped;

  bool fail(int32_t code, const char *at = nullptr) {
    page.code = code;
    page.offset = at ? uint64_t(at - data) : 0;
    return false;
  }

  /// What cannot be read stands masked in a copy of the page.
  Mask mask;

  void judge(Readers &readers) {
    if (readers.judge.capacity() < size || readers.judge.max_depth() != plan.max_depth) {
      if (readers.judge.allocate(size, plan.max_depth)) return;
    }
    simdjson::dom::element root;
    page_is_valid = !readers.judge.parse(reinterpret_cast<const uint8_t *>(data), size, false).get(root);
  }

  /// What the plan's pointers led to in the record at hand.
  std::vector<Found> found;
  Trail trail;

  /// Appends the text of a value to the arena: of a string or a number. 0, or a code.
  int32_t add_text(const Found &value, uint64_t &offset, uint64_t &length) {
    if (!value.is_there) return PSJ_MISSING;
    if (value.is_twice) return PSJ_TWICE;
    if (mask.has_half(value.raw.data() - data, value.raw.size())) return PSJ_TEXT;
    offset = page.arena.size();
    if (value.raw[0] == '"') {
      Text text = text_of(value.raw);
      if (!text.is_text || has_nul(text.view)) return PSJ_TEXT;
      page.arena.append(text.view);
    } else if (number_is_valid(value.raw)) {
      page.arena.append(value.raw);
    } else {
      return PSJ_TYPE;
    }
    length = page.arena.size() - offset;
    return length == 0 ? PSJ_MISSING : PSJ_OK;
  }

  int32_t at(ondemand::object &root, const std::string &pointer, ondemand::value &found) {
    if (root.reset().error()) return PSJ_SYNTAX;
    return code_of(at_pointer(root, pointer).get(found));
  }

  /// False, nothing, zero and empty are no mark, in whatever form they come.
  static bool is_mark(std::string_view raw) {
    if (raw == "false" || raw == "null") return false;
    if (raw[0] == '{' || raw[0] == '[') {
      for (char c : raw.substr(1, raw.size() - 2))
        if (!is_space(c)) return true;
      return false;
    }
    std::string_view text = raw[0] == '"' ? raw.substr(1, raw.size() - 2) : raw;
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    if (text.size() == 5 && text.find_first_not_of("falseFALSE") == std::string_view::npos) {
      static const char word[] = "false";
      bool is_false = true;
      for (size_t i = 0; i < 5; i++) is_false = is_false && (text[i] | 0x20) == word[i];
      if (is_false) return false;
    }
    if (text.empty()) return false;
    return !(number_is_valid(text) && text.find_first_of("123456789") == std::string_view::npos);
  }

  bool is_deleted() {
    const Found &mark = found[*plan.deleted];
    if (!mark.is_there || mark.raw == "null") return false;
    page.deletions++;
    if (!plan.deleted_text && !plan.deleted_not) return is_mark(mark.raw);
    std::string_view text = mark.raw[0] == '"' ? text_of(mark.raw).view : mark.raw;
    return plan.deleted_text ? text == *plan.deleted_text : text != *plan.deleted_not;
  }

  int32_t read_key(psj_row &row) {
    row.key_offset = page.arena.size();
    for (size_t i = 0; i < plan.keys.size(); i++) {
      const Found &part = found[plan.keys[i]];
      if (i) page.arena.push_back('\x1f');
      uint64_t offset, length;
      if (int32_t code = add_text(part, offset, length)) return code;
      // A number has to be a whole one, which can be written in one way only.
      if (part.raw[0] != '"' && (part.raw.find_first_of(".eE") != std::string_view::npos || part.raw == "-0"))
        return PSJ_TYPE;
      // A part with the separator in it could make two keys the same.
      if (plan.keys.size() > 1 && std::memchr(page.arena.data() + offset, '\x1f', length)) return PSJ_TYPE;
    }
    row.key_size = page.arena.size() - row.key_offset;
    return PSJ_OK;
  }

  void consider_cursor(const psj_row &row, uint64_t index) {
    const char *text = page.arena.data() + row.cursor_offset;
    if (plan.cursor_type == PSJ_CURSOR_TEXT) {
      std::string_view mine(text, row.cursor_size);
      if (page.max_cursor != UINT64_MAX) {
        const psj_row &best = page.rows[page.max_cursor];
        if (mine <= std::string_view(page.arena.data() + best.cursor_offset, best.cursor_size)) return;
      }
      page.max_cursor = index;
      return;
    }
    if (plan.cursor_type == PSJ_CURSOR_TIME) {
      psj_time time;
      if (!psj_time_read(text, row.cursor_size, &time)) return;
      int64_t ms = time.milliseconds;
      if (page.max_cursor != UINT64_MAX && ms <= best_number) return;
      best_number = ms;
    } else {
      double value = std::strtod(std::string(text, row.cursor_size).c_str(), nullptr);
      if (page.max_cursor != UINT64_MAX && value <= best_double) return;
      best_double = value;
    }
    page.max_cursor = index;
  }

  void keep() {
    page.kept += page.kept.size() > 1 ? ",[" : "[";
    for (size_t i = 0; i < plan.keep.size(); i++) {
      const Found &value = found[plan.keep[i]];
      if (i) page.kept += ',';
      bool is_whole = value.is_there && !mask.has_half(value.raw.data() - data, value.raw.size());
      page.kept += is_whole ? value.raw : std::string_view("null");
    }
    page.kept += ']';
  }

  void dead(psj_row &row, int32_t code) {
    row.flags |= PSJ_ROW_DEAD;
    row.reason = uint32_t(code);
    row.key_size = row.cursor_size = 0;
    page.rows.push_back(row);
  }

  /// `raw` lies in the page; what follows it there is readable, so it needs no copy to be read again.
  void record(std::string_view raw) {
    psj_row row{};
    row.raw_offset = uint64_t(raw.data() - data);
    row.raw_size = raw.size();
    Readers &shared = readers();
    size_t readable = size + simdjson::SIMDJSON_PADDING - row.raw_offset;
    if (mask.has_spot(row)) return dead(row, PSJ_UTF8);
    if (!page_is_valid) {
      uint64_t offset = 0;
      int32_t code = walk(shared.small, raw.data(), raw.size(), readable, plan.max_depth, nullptr, nullptr, &offset);
      if (code) return dead(row, code);
    }
    ondemand::document document;
    ondemand::object root;
    if (raw.empty() || raw[0] != '{') return dead(row, PSJ_TYPE);
    if (shared.small.iterate(raw.data(), raw.size(), readable).get(document)) return dead(row, PSJ_SYNTAX);
    if (document.get_object().get(root)) return dead(row, PSJ_TYPE);
    if (!pending_inject.empty()) inject(row, raw);
    if (row.flags & PSJ_ROW_OWN) {
      // Keys may point at injected members: read the record as it will be stored.
      injected.assign(page.arena, row.raw_offset, row.raw_size);
      injected.append(simdjson::SIMDJSON_PADDING, ' ');
      if (shared.small.iterate(injected.data(), size_t(row.raw_size), injected.size()).get(document))
        return dead(row, PSJ_SYNTAX);
      if (document.get_object().get(root)) return dead(row, PSJ_TYPE);
    }
    if (int32_t code = plan.inside.find(root, found, trail)) return dead(row, code);
    finish(row);
  }

  /// A record of a page that is JSON, read where it stands, so that nothing is parsed twice. Only an object is one.
  bool record_in_place(ondemand::document &document, ondemand::value value) {
    page.elements++;
    const char *start = value.raw_json_token().data();
    psj_row row{};
    row.raw_offset = uint64_t(start - data);
    ondemand::object root;
    if (auto error = value.get_object().get(root)) return fail(code_of(error), start);
    if (int32_t code = plan.inside.find(root, found, trail)) return fail(code, start);
    const char *end = nullptr;
    if (auto error = document.current_location().get(end)) return fail(code_of(error), start);
    while (end[-1] != '}') end--;
    row.raw_size = uint64_t(end - start);
    finish(row);
    return true;
  }

  /// What was found in a record becomes its key, its cursor and the rest.
  void finish(psj_row &row) {
    if (int32_t code = read_key(row)) return dead(row, code);
    if (plan.cursor) {
      page.cursors += found[*plan.cursor].is_there && found[*plan.cursor].raw != "null";
      int32_t code = add_text(found[*plan.cursor], row.cursor_offset, row.cursor_size);
      if (code == PSJ_TWICE) return dead(row, code);
      if (code) row.cursor_size = 0;
    }
    if (plan.deleted && found[*plan.deleted].is_twice) return dead(row, PSJ_TWICE);
    if (plan.deleted && is_deleted()) row.flags |= PSJ_ROW_DELETED;
    page.rows.push_back(row);
    if (row.cursor_size) consider_cursor(page.rows.back(), page.rows.size() - 1);
    if (!plan.keep.empty()) keep();
  }

  bool is_too_much() const { return page.rows.size() > PSJ_MAX_ROWS || page.arena.size() > PSJ_MAX_MADE; }

  void inject(psj_row &row, std::string_view raw) {
    uint64_t offset = page.arena.size();
    page.arena += '{';
    page.arena += pending_inject;
    size_t rest = 1;
    while (rest < raw.size() && is_space(raw[rest])) rest++;
    if (raw[rest] != '}') page.arena += ',';
    page.arena.append(raw.substr(1));
    row.raw_offset = offset;
    row.raw_size = page.arena.size() - offset;
    row.flags |= PSJ_ROW_OWN;
  }

  /// What the plan injects, from an element: `"name":value,"name":value`.
  bool prepare_inject(ondemand::object &element) {
    pending_inject = plan.constants;
    for (uint32_t i = 0; i < plan.inject_names.size() && i < plan.inject_from.size(); i++) {
      ondemand::value found;
      std::string_view raw;
      if (at(element, plan.inject_from[i], found) || raw_of(found, raw)) return false;
      if (!pending_inject.empty()) pending_inject += ',';
      pending_inject += '"';
      pending_inject += plan.inject_names[i];
      pending_inject += "\":";
      pending_inject += raw;
    }
    return true;
  }

  /// With `each` an element is no record but holds some: what is around them stays in the residue.
  struct Hole { std::string_view raw; const char *filling; };
  std::vector<Hole> holes;

  void dead_element(psj_row &row, std::string_view raw, int32_t code) {
    holes.push_back({raw, "null"});
    dead(row, code);
  }

  void fill_residue_around_holes() {
    const char *from = data;
    page.residue.clear();
    for (const Hole &hole : holes) {
      page.residue.append(from, size_t(hole.raw.data() - from));
      page.residue += hole.filling;
      from = hole.raw.data() + hole.raw.size();
    }
    page.residue.append(from, size_t(data + size - from));
  }

  /// An element that holds its record deeper, or several of them.
  void element(std::string_view raw) {
    page.elements++;
    if (!plan.item && !plan.each && plan.inject_names.empty()) return record(raw);
    psj_row row{};
    row.raw_offset = uint64_t(raw.data() - data);
    row.raw_size = raw.size();
    ondemand::parser own;
    size_t readable = size + simdjson::SIMDJSON_PADDING - row.raw_offset;
    uint64_t offset = 0;
    int32_t code = page_is_valid ? PSJ_OK
        : walk(own, raw.data(), raw.size(), readable, plan.max_depth, nullptr, nullptr, &offset);
    ondemand::document document;
    ondemand::object root;
    if (code || own.iterate(raw.data(), raw.size(), readable).get(document) || document.get_object().get(root))
      return dead_element(row, raw, code ? code : PSJ_TYPE);
    if (!plan.inject_names.empty() && !prepare_inject(root)) return dead_element(row, raw, PSJ_MISSING);
    const std::optional<std::string> &inner = plan.each ? plan.each : plan.item;
    if (!inner) return record(raw);
    ondemand::value found;
    if ((code = at(root, *inner, found))) return dead_element(row, raw, code);
    if (!plan.each) {
      std::string_view text;
      if (raw_of(found, text)) return dead_element(row, raw, PSJ_SYNTAX);
      return record(text);
    }
    ondemand::array array;
    if (found.get_array().get(array)) return dead_element(row, raw, PSJ_TYPE);
    std::vector<std::string_view> parts;
    for (auto each : array) {
      ondemand::value part;
      std::string_view text;
      if (each.get(part) || raw_of(part, text)) return dead_element(row, raw, PSJ_SYNTAX);
      parts.push_back(text);
      if (parts.size() > PSJ_MAX_ROWS) break;
    }
    std::string_view whole;
    if (array.reset().error() || array.raw_json().get(whole)) return dead_element(row, raw, PSJ_SYNTAX);
    holes.push_back({trimmed(whole), "[]"});
    for (size_t i = 0; i < parts.size() && !is_too_much(); i++) record(parts[i]);
  }

  bool lines() {
    size_t start = 0;
    while (start < size) {
      const char *end = static_cast<const char *>(std::memchr(data + start, '\n', size - start));
      size_t stop = end ? size_t(end - data) : size;
      std::string_view line = trimmed({data + start, stop - start});
      if (!line.empty()) element(line);
      if (is_too_much()) return fail(PSJ_LIMIT, line.data());
      start = stop + 1;
    }
    return true;
  }

  bool json() {
    Readers &shared = readers();
    judge(shared);
    if (!page_is_valid && mask.cover(data, size)) data = mask.bytes.data();
    std::string_view whole = trimmed({data, size});
    if (plan.records.empty() && whole == "null") return null_list(whole.data());
    ondemand::document document;
    ondemand::value records;
    if (auto error = shared.page.iterate(data, size, size + simdjson::SIMDJSON_PADDING).get(document))
      return fail(code_of(error));
    auto error = plan.records.empty() ? document.get_value().get(records)
                                      : at_pointer(document, plan.records).get(records);
    if (error) {
      // Nothing can be missing in what is not JSON to begin with.
      uint64_t offset = 0;
      int32_t code = page_is_valid ? PSJ_OK
          : psj_validate(reinterpret_cast<const uint8_t *>(data), size, plan.max_depth, &offset);
      return code ? fail(code, data + offset) : fail(code_of(error));
    }
    std::string_view token = records.raw_json_token();
    const char *start = token.data(), *stop = nullptr;
    if (trimmed(token) == "null") return null_list(start);
    bool is_map = plan.form == PSJ_FORM_MAP;
    if (is_map ? !members(records, stop) : !elements(document, records, stop)) return false;
    if (plan.each) {
      fill_residue_around_holes();
    } else {
      page.residue.assign(data, size_t(start - data));
      page.residue += is_map ? "{}" : "[]";
      page.residue.append(stop, size_t(data + size - stop));
    }
    if (page_is_valid) return true;
    if (const char *spot = mask.outside(page.rows)) return fail(PSJ_UTF8, spot);
    uint64_t offset = 0;
    int32_t code = psj_validate(reinterpret_cast<const uint8_t *>(page.residue.data()), page.residue.size(),
                                plan.max_depth, &offset);
    return code ? fail(code, data + offset) : true;
  }

  /// Null in the place of the list is no empty list: it is set aside, for somebody to look at.
  bool null_list(const char *start) {
    psj_row row{};
    row.raw_offset = uint64_t(start - data);
    row.raw_size = 4;
    page.elements++;
    dead(row, PSJ_NULL_LIST);
    page.residue.assign(data, size_t(start - data));
    page.residue += plan.form == PSJ_FORM_MAP ? "{}" : "[]";
    page.residue.append(start + 4, size_t(data + size - start - 4));
    return true;
  }

  bool elements(ondemand::document &document, ondemand::value records, const char *&stop) {
    bool is_plain = page_is_valid && !plan.item && !plan.each && plan.inject_names.empty() && plan.constants.empty();
    ondemand::array array;
    if (auto error = records.get_array().get(array)) return fail(code_of(error));
    const char *last = nullptr;
    std::string_view whole;
    for (auto each : array) {
      ondemand::value value;
      std::string_view raw;
      if (auto error = each.get(value)) return fail(code_of(error), last);
      if (is_plain && *value.raw_json_token().data() == '{') {
        if (!record_in_place(document, value)) return false;
        last = data + page.rows.back().raw_offset;
      } else {
        if (int32_t code = raw_of(value, raw)) return fail(code, last);
        last = raw.data() + raw.size();
        element(raw);
      }
      if (is_too_much()) return fail(PSJ_LIMIT, last);
    }
    if (is_plain) {
      // The reading stands behind the list, or at the end of the page.
      if (document.current_location().get(stop)) stop = data + size;
      while (stop[-1] != ']') stop--;
      return true;
    }
    if (array.reset().error() || array.raw_json().get(whole)) return fail(PSJ_SYNTAX, last);
    whole = trimmed(whole);
    stop = whole.data() + whole.size();
    return true;
  }

  bool members(ondemand::value records, const char *&stop) {
    ondemand::object object;
    if (auto error = records.get_object().get(object)) return fail(code_of(error));
    const char *last = nullptr;
    std::string_view whole;
    for (auto each : object) {
      ondemand::field field;
      std::string_view raw;
      if (auto error = std::move(each).get(field)) return fail(code_of(error), last);
      std::string_view name;
      if (!page_is_valid && field.unescaped_key().get(name)) return fail(PSJ_SYNTAX, last);
      if (int32_t code = raw_of(field.value(), raw)) return fail(code, last);
      last = raw.data() + raw.size();
      element(raw);
      if (is_too_much()) return fail(PSJ_LIMIT, last);
    }
    if (object.reset().error() || object.raw_json().get(whole)) return fail(PSJ_SYNTAX, last);
    whole = trimmed(whole);
    stop = whole.data() + whole.size();
    return true;
  }
};

}  // namespace
}  // namespace psj

extern "C" psj_page *psj_cut(const uint8_t *data, uint64_t size, const psj_plan *plan) {
  auto *page = new psj_page;
  psj::Cutter cutter{reinterpret_cast<const char *>(data), size_t(size), *plan, *page};
  cutter.pending_inject = plan->constants;
  if (plan->form == PSJ_FORM_LINES ? !cutter.lines() : !cutter.json()) {
    page->rows.clear();
    page->max_cursor = UINT64_MAX;
    page->kept = "[";
  }
  page->kept += ']';
  psj::shrink_readers();
  return page;
}
