// Cutting a page: first the whole page is judged (DOM, the fast way); if that finds fault, each record is judged by
// itself, so that one bad record does not take the page with it.
#include <algorithm>
#include <climits>
#include <cstring>
#include <optional>
#include <string>

#include "reader.hpp"

struct psj_plan {
  std::string records;
  std::optional<std::string> item, each, cursor, deleted, deleted_text;
  std::vector<std::string> keys, keep, inject_names, inject_from;
  uint32_t cursor_type, max_depth, form;
};

struct psj_page {
  std::vector<psj_row> rows;
  std::string arena, residue, kept = "[";
  uint64_t max_cursor = UINT64_MAX;
  int32_t code = PSJ_OK;
  uint64_t offset = 0;
};

namespace psj {
namespace {

/// Bytes of the character that begins here; 0 where they are not UTF-8.
size_t utf8_length(const char *text, size_t size) {
  auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  auto follows = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < size && at(i) >= low && at(i) <= high;
  };
  unsigned c = at(0);
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return follows(1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) return follows(1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
  if (c >= 0xF0 && c <= 0xF4)
    return follows(1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
  return 0;
}

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

  /// A copy of the page in which every byte that JSON cannot hold (not UTF-8, or a control character inside a text)
  /// stands masked, and where they are: simdjson refuses a whole page for one of them.
  std::string masked;
  std::vector<uint64_t> spots;

  void mask_foreign_bytes() {
    const char *page_data = data;
    masked.assign(data, size);
    bool in_text = false, is_escaped = false;
    for (size_t i = 0; i < size;) {
      size_t length = utf8_length(page_data + i, size - i);
      char c = page_data[i];
      bool is_foreign = length == 0 || (in_text && length == 1 && static_cast<unsigned char>(c) < 0x20);
      if (is_foreign) {
        masked[i] = '?';
        spots.push_back(i);
      } else if (in_text && !is_escaped && c == '\\') {
        is_escaped = true;
        i++;
        continue;
      } else if (c == '"' && !is_escaped) {
        in_text = !in_text;
      }
      is_escaped = false;
      i += length ? length : 1;
    }
    if (spots.empty()) return masked.clear();
    masked.append(simdjson::SIMDJSON_PADDING, ' ');
    data = masked.data();
  }

  bool has_spot(const psj_row &row) const {
    auto spot = std::lower_bound(spots.begin(), spots.end(), row.raw_offset);
    return spot != spots.end() && *spot < row.raw_offset + row.raw_size;
  }

  /// What is foreign around the records is the page's fault.
  bool spots_are_in_dead_rows() {
    size_t covered = 0;
    for (const psj_row &row : page.rows) {
      if (!(row.flags & PSJ_ROW_DEAD)) continue;
      auto first = std::lower_bound(spots.begin(), spots.end(), row.raw_offset);
      covered += size_t(std::lower_bound(first, spots.end(), row.raw_offset + row.raw_size) - first);
    }
    return covered == spots.size() ? true : fail(PSJ_UTF8, data + spots.front());
  }

  void judge(Readers &readers) {
    if (readers.judge.capacity() < size || readers.judge.max_depth() != plan.max_depth) {
      if (readers.judge.allocate(size, plan.max_depth)) return;
    }
    simdjson::dom::element root;
    page_is_valid = !readers.judge.parse(reinterpret_cast<const uint8_t *>(data), size, false).get(root);
  }

  /// The last text was no number, or a whole one, which can be written in one way only.
  bool last_is_whole = true;

  /// Finds a value inside `raw` and appends its text to the arena. 0: found, else a code.
  int32_t text_at(ondemand::object &root, const std::string &pointer, uint64_t &offset, uint64_t &length) {
    ondemand::value found;
    if (int32_t code = at(root, pointer, found)) return code;
    offset = page.arena.size();
    std::string_view token = trimmed(found.raw_json_token());
    last_is_whole = token.find_first_of(".eE") == std::string_view::npos && token != "-0";
    if (!token.empty() && token[0] == '"') {
      last_is_whole = true;
      // Not get_string: its buffer has room for every string of a record once, and a string may be read more often.
      ondemand::raw_json_string quoted;
      if (auto error = found.get_raw_json_string().get(quoted)) return code_of(error);
      if (unescaped.size() < token.size() + simdjson::SIMDJSON_PADDING)
        unescaped.resize(token.size() + simdjson::SIMDJSON_PADDING);
      uint8_t *end = unescaped.data();
      std::string_view text;
      if (auto error = readers().small.unescape(quoted, end).get(text)) return code_of(error);
      page.arena.append(text);
    } else if (number_is_valid(token)) {
      page.arena.append(token);
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

  bool is_truthy(ondemand::object &root, const std::string &pointer) {
    ondemand::value found;
    if (at(root, pointer, found)) return false;
    std::string_view token = trimmed(found.raw_json_token());
    return !(token == "false" || token == "null" || token == "0" || token == "\"\"");
  }

  bool is_deleted(ondemand::object &root) {
    if (!plan.deleted_text) return is_truthy(root, *plan.deleted);
    uint64_t offset, length;
    size_t end = page.arena.size();
    bool is = !text_at(root, *plan.deleted, offset, length) &&
        std::string_view(page.arena.data() + offset, length) == *plan.deleted_text;
    page.arena.resize(end);
    return is;
  }

  int32_t read_key(ondemand::object &root, psj_row &row) {
    row.key_offset = page.arena.size();
    for (uint32_t i = 0; i < plan.keys.size(); i++) {
      if (i) page.arena.push_back('\x1f');
      uint64_t offset, length;
      if (int32_t code = text_at(root, plan.keys[i], offset, length)) return code;
      if (!last_is_whole) return PSJ_TYPE;
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
      int64_t ms = psj_time_ms(text, row.cursor_size);
      if (ms == INT64_MIN || (page.max_cursor != UINT64_MAX && ms <= best_number)) return;
      best_number = ms;
    } else {
      double value = std::strtod(std::string(text, row.cursor_size).c_str(), nullptr);
      if (page.max_cursor != UINT64_MAX && value <= best_double) return;
      best_double = value;
    }
    page.max_cursor = index;
  }

  void keep(ondemand::object &root) {
    page.kept += page.kept.size() > 1 ? ",[" : "[";
    for (uint32_t i = 0; i < plan.keep.size(); i++) {
      if (i) page.kept += ',';
      ondemand::value found;
      std::string_view raw;
      if (at(root, plan.keep[i], found) || raw_of(found, raw)) page.kept += "null";
      else page.kept += raw;
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
    if (has_spot(row)) return dead(row, PSJ_UTF8);
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
    if (int32_t code = read_key(root, row)) return dead(row, code);
    if (plan.cursor) {
      if (text_at(root, *plan.cursor, row.cursor_offset, row.cursor_size)) row.cursor_size = 0;
    }
    if (plan.deleted && is_deleted(root)) row.flags |= PSJ_ROW_DELETED;
    page.rows.push_back(row);
    if (row.cursor_size) consider_cursor(page.rows.back(), page.rows.size() - 1);
    if (!plan.keep.empty()) keep(root);
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
    pending_inject.clear();
    for (uint32_t i = 0; i < plan.inject_names.size() && i < plan.inject_from.size(); i++) {
      ondemand::value found;
      std::string_view raw;
      if (at(element, plan.inject_from[i], found) || raw_of(found, raw)) return false;
      if (i) pending_inject += ',';
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
    if (!page_is_valid) mask_foreign_bytes();
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
    bool is_map = plan.form == PSJ_FORM_MAP;
    if (is_map ? !members(records, stop) : !elements(records, stop)) return false;
    if (plan.each) {
      fill_residue_around_holes();
    } else {
      page.residue.assign(data, size_t(start - data));
      page.residue += is_map ? "{}" : "[]";
      page.residue.append(stop, size_t(data + size - stop));
    }
    if (page_is_valid) return true;
    if (!spots_are_in_dead_rows()) return false;
    uint64_t offset = 0;
    int32_t code = psj_validate(reinterpret_cast<const uint8_t *>(page.residue.data()), page.residue.size(),
                                plan.max_depth, &offset);
    return code ? fail(code, data + offset) : true;
  }

  bool elements(ondemand::value records, const char *&stop) {
    ondemand::array array;
    if (auto error = records.get_array().get(array)) return fail(code_of(error));
    const char *last = nullptr;
    std::string_view whole;
    for (auto each : array) {
      ondemand::value value;
      std::string_view raw;
      if (auto error = each.get(value)) return fail(code_of(error), last);
      if (int32_t code = raw_of(value, raw)) return fail(code, last);
      last = raw.data() + raw.size();
      element(raw);
      if (is_too_much()) return fail(PSJ_LIMIT, last);
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

extern "C" psj_plan *psj_plan_new(uint32_t cursor_type, uint32_t max_depth, uint32_t form) {
  auto *plan = new psj_plan{};
  plan->cursor_type = cursor_type;
  plan->max_depth = max_depth;
  plan->form = form;
  return plan;
}

extern "C" void psj_plan_add(psj_plan *plan, uint32_t part, const char *text, uint64_t size) {
  std::string value(text ? text : "", size_t(size));
  switch (part) {
    case PSJ_RECORDS: plan->records = value; break;
    case PSJ_ITEM: plan->item = value; break;
    case PSJ_EACH: plan->each = value; break;
    case PSJ_CURSOR: plan->cursor = value; break;
    case PSJ_DELETED: plan->deleted = value; break;
    case PSJ_DELETED_TEXT: plan->deleted_text = value; break;
    case PSJ_KEY: plan->keys.push_back(value); break;
    case PSJ_KEEP: plan->keep.push_back(value); break;
    case PSJ_INJECT_NAME: plan->inject_names.push_back(value); break;
    case PSJ_INJECT_FROM: plan->inject_from.push_back(value); break;
    default: break;
  }
}

extern "C" void psj_plan_free(psj_plan *plan) { delete plan; }

extern "C" psj_page *psj_cut(const uint8_t *data, uint64_t size, const psj_plan *plan) {
  auto *page = new psj_page;
  psj::Cutter cutter{reinterpret_cast<const char *>(data), size_t(size), *plan, *page};
  if (plan->form == PSJ_FORM_LINES ? !cutter.lines() : !cutter.json()) {
    page->rows.clear();
    page->max_cursor = UINT64_MAX;
    page->kept = "[";
  }
  page->kept += ']';
  psj::shrink_readers();
  return page;
}

extern "C" void psj_page_free(psj_page *page) { delete page; }
extern "C" int32_t psj_page_error(const psj_page *page, uint64_t *offset) {
  *offset = page->offset;
  return page->code;
}
extern "C" uint64_t psj_page_rows(const psj_page *page, const psj_row **rows) {
  *rows = page->rows.data();
  return page->rows.size();
}
extern "C" psj_text psj_page_arena(const psj_page *page) { return {page->arena.data(), page->arena.size()}; }
extern "C" psj_text psj_page_residue(const psj_page *page) { return {page->residue.data(), page->residue.size()}; }
extern "C" psj_text psj_page_kept(const psj_page *page) { return {page->kept.data(), page->kept.size()}; }
extern "C" uint64_t psj_page_max_cursor(const psj_page *page) { return page->max_cursor; }
