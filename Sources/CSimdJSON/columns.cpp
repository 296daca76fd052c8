// Typed columns: what a record has under the pointers of its columns, converted strictly. Nothing is made up: what
// does not fit is NULL, and counted.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>

#include "reader.hpp"

struct psj_columns {
  struct Column { uint32_t slot, kind; };
  psj::PointerSet pointers;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> paths;
  std::vector<psj::Found> found;
  psj::Trail trail;
  std::vector<psj_cell> cells;
  /// What was made for cells: in the room as long as it fits, and then in texts of its own.
  std::vector<char> room = std::vector<char>(4096);
  size_t used = 0;
  std::deque<std::string> texts;
};

namespace psj {
namespace {

bool is_misfit(psj_cell &cell) {
  cell = psj_cell{};
  cell.is_misfit = cell.is_there = 1;
  return false;
}

void set_text(psj_cell &cell, std::string_view text) {
  cell.kind = PSJ_CELL_TEXT;
  cell.text = {text.data(), text.size()};
}

/// Significant digits of a number as written.
int significant_digits(std::string_view token) {
  int count = 0, zeros = 0;
  for (char c : token) {
    if (c == 'e' || c == 'E') break;
    if (c < '0' || c > '9') continue;
    if (c == '0') {
      zeros += count > 0;
    } else {
      count += zeros + 1;
      zeros = 0;
    }
  }
  return count;
}

/// Up to 15 digits with a point: they and the power of ten are exact as doubles, so the quotient is the nearest.
bool short_decimal(psj_cell &cell, std::string_view token) {
  static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  bool is_negative = token[0] == '-';
  if (token.size() > 16u + is_negative) return false;
  int64_t digits = 0;
  size_t point = token.size() - 1;
  for (size_t i = is_negative; i < token.size(); i++) {
    if (token[i] == '.') point = i;
    else if (token[i] >= '0' && token[i] <= '9') digits = digits * 10 + (token[i] - '0');
    else return false;
  }
  double value = double(digits) / powers[token.size() - 1 - point];
  cell.kind = PSJ_CELL_DOUBLE;
  cell.number = is_negative ? -value : value;
  return true;
}

/// A number that is one from end to end. What neither 64 bits nor a double hold keeps its digits, as text.
void number(psj_cell &cell, std::string_view token) {
  bool is_whole = token.find_first_of(".eE") == std::string_view::npos;
  if (is_whole) {
    auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), cell.integer);
    if (error == std::errc() && end == token.data() + token.size()) {
      cell.kind = PSJ_CELL_INTEGER;
      return;
    }
  }
  if (!is_whole && short_decimal(cell, token)) return;
  char room[64];
  if (token.size() < sizeof room && significant_digits(token) <= 15) {
    std::memcpy(room, token.data(), token.size());
    room[token.size()] = 0;
    double value = std::strtod(room, nullptr);
    // Fifteen digits come back from every double that is neither huge nor denormal.
    if (std::isfinite(value) && (value == 0 ? significant_digits(token) == 0 : std::fabs(value) > 1e-290)) {
      cell.kind = PSJ_CELL_DOUBLE;
      cell.number = value;
      return;
    }
  }
  set_text(cell, token);
}

bool equals(std::string_view text, const char *word) {
  size_t size = std::strlen(word);
  if (text.size() != size) return false;
  for (size_t i = 0; i < size; i++)
    if ((text[i] | 0x20) != word[i]) return false;
  return true;
}

bool boolean(psj_cell &cell, std::string_view text) {
  bool is_true = equals(text, "true") || text == "1";
  if (!is_true && !equals(text, "false") && text != "0") return is_misfit(cell);
  cell.kind = PSJ_CELL_INTEGER;
  cell.integer = is_true;
  return true;
}

struct Reading {
  psj_columns &set;

  std::string_view keep(std::string_view text) {
    if (text.size() > set.room.size() - set.used) return set.texts.emplace_back(text);
    char *place = set.room.data() + set.used;
    std::memcpy(place, text.data(), text.size());
    set.used += text.size();
    return {place, text.size()};
  }

  /// Whether a time that was read is written as it is stored.
  static bool is_normal(std::string_view text, const psj_time &time) {
    return text.size() == 24 && time.fraction_digits == 3 && text[10] == 'T' && text[17] != '6' && text[19] == '.' &&
        text[23] == 'Z';
  }

  /// A time, or a number since 1970: seconds up to the year 5138, milliseconds above.
  bool time(psj_cell &cell, std::string_view text, bool is_text) {
    psj_time time;
    if (!is_text || !psj_time_read(text.data(), text.size(), &time)) {
      // Few digits in a text are a day or a year for some vendors: no guess is made.
      if (!number_is_valid(text) || text.size() >= 40 || (is_text && text.size() < 9)) return is_misfit(cell);
      double value = std::strtod(std::string(text).c_str(), nullptr);
      if (std::fabs(value) < 1e11) value *= 1000;
      value = std::floor(value);
      if (!(value >= -62167219200000.0 && value <= 253402300799999.0)) return is_misfit(cell);
      time = psj_time{};
      time.milliseconds = int64_t(value);
      time.nanoseconds = uint32_t(((time.milliseconds % 1000) + 1000) % 1000) * 1000000;
    } else if (is_normal(text, time)) {
      set_text(cell, text);
      return true;
    }
    char room[32];
    set_text(cell, keep({room, psj_time_write(&time, room)}));
    return true;
  }

  void read(psj_cell &cell, const Found &found, uint32_t kind) {
    cell = psj_cell{};
    cell.is_there = found.is_there;
    if (!found.is_there || found.raw == "null") return;
    if (found.is_twice || found.raw.empty()) return void(is_misfit(cell));
    if (kind == PSJ_COLUMN_JSON) return set_text(cell, found.raw);
    char first = found.raw[0];
    if (first == '{' || first == '[') {
      if (kind == PSJ_COLUMN_TEXT) set_text(cell, found.raw);
      else is_misfit(cell);
      return;
    }
    std::string_view text = found.raw;
    if (first == '"') {
      Text whole = text_of(found.raw);
      bool is_made = whole.view.data() != found.raw.data() + 1;
      if (!whole.is_text || (is_made && has_nul(whole.view))) return void(is_misfit(cell));
      text = is_made ? keep(whole.view) : whole.view;
      if (kind != PSJ_COLUMN_TEXT && text.empty()) return;
    }
    switch (kind) {
      case PSJ_COLUMN_TEXT: return set_text(cell, text);
      case PSJ_COLUMN_NUMBER:
        if (number_is_valid(text)) number(cell, text);
        else is_misfit(cell);
        return;
      case PSJ_COLUMN_BOOLEAN: boolean(cell, text); return;
      default: time(cell, text, first == '"'); return;
    }
  }
};

// ---- Sameness ------------------------------------------------------------------------------------

/// Writes a value so that equal values have equal texts: members sorted, texts without escapes.
struct Canonical {
  const psj_columns *left_out;
  std::vector<std::string> path;

  bool is_left_out() const {
    if (left_out == nullptr) return false;
    return std::find(left_out->paths.begin(), left_out->paths.end(), path) != left_out->paths.end();
  }

  static void append(std::string &out, std::string_view text) {
    out += std::to_string(text.size());
    out += ':';
    out += text;
  }

  bool value(ondemand::value value, std::string &out) {
    std::string_view token = value.raw_json_token();
    switch (token.empty() ? '\0' : token[0]) {
      case '{': return object(value, out);
      case '[': {
        ondemand::array array;
        if (value.get_array().get(array)) return false;
        out += '[';
        path.emplace_back();
        size_t index = 0;
        for (auto each : array) {
          ondemand::value element;
          path.back() = std::to_string(index++);
          if (each.get(element) || (!is_left_out() && !this->value(element, out))) return false;
        }
        path.pop_back();
        out += ']';
        return true;
      }
      case '"': {
        std::string_view raw;
        if (raw_of(value, raw)) return false;
        raw = trimmed(raw);
        Text text = text_of(raw);
        out += text.is_text ? '"' : '\'';
        append(out, text.is_text ? text.view : raw);
        return true;
      }
      default:
        out += '=';
        append(out, trimmed(token));
        return true;
    }
  }

  bool object(ondemand::value value, std::string &out) {
    ondemand::object object;
    if (value.get_object().get(object)) return false;
    return object_members(object, out);
  }

  bool object_members(ondemand::object &object, std::string &out) {
    std::vector<std::pair<std::string, std::string>> members;
    path.emplace_back();
    for (auto each : object) {
      ondemand::field field;
      if (std::move(each).get(field)) return false;
      std::string_view token = token_of(field.key());
      Text name = text_of(token);
      std::string text(name.is_text ? name.view : token), inner;
      path.back() = text;
      if (is_left_out()) continue;
      if (!this->value(field.value(), inner)) return false;
      members.emplace_back(std::move(text), std::move(inner));
    }
    path.pop_back();
    std::sort(members.begin(), members.end(), [](auto &a, auto &b) { return a.first < b.first; });
    out += '{';
    for (auto &[name, inner] : members) {
      append(out, name);
      out += inner;
    }
    out += '}';
    return true;
  }

  bool record(const char *text, size_t size, std::string &out) {
    std::string padded(text, size);
    padded.append(simdjson::SIMDJSON_PADDING, ' ');
    static thread_local ondemand::parser parser;
    ondemand::document document;
    ondemand::object root;
    return !parser.iterate(padded.data(), size, padded.size()).get(document) && !document.get_object().get(root) &&
        object_members(root, out);
  }
};

}  // namespace
}  // namespace psj

extern "C" psj_columns *psj_columns_new(void) { return new psj_columns; }

extern "C" void psj_columns_add(psj_columns *columns, const char *pointer, uint64_t size, uint32_t kind) {
  std::string text(pointer, size_t(size));
  columns->columns.push_back({columns->pointers.add(text), kind});
  if (auto parts = psj::parts_of(text)) columns->paths.push_back(*parts);
}

extern "C" void psj_columns_free(psj_columns *columns) { delete columns; }

extern "C" const psj_cell *psj_columns_read(psj_columns *columns, const char *record, uint64_t size) {
  using namespace psj;
  columns->texts.clear();
  columns->used = 0;
  columns->cells.resize(columns->columns.size() + 1);
  ondemand::document document;
  ondemand::object root;
  if (readers().small.iterate(record, size, size + simdjson::SIMDJSON_PADDING).get(document) ||
      document.get_object().get(root) || columns->pointers.find(root, columns->found, columns->trail)) {
    columns->cells.assign(columns->columns.size() + 1, psj_cell{});
    return columns->cells.data();
  }
  Reading reading{*columns};
  for (size_t i = 0; i < columns->columns.size(); i++)
    reading.read(columns->cells[i], columns->found[columns->columns[i].slot], columns->columns[i].kind);
  return columns->cells.data();
}

extern "C" int32_t psj_same(const psj_columns *volatile_members, const char *one, uint64_t one_size,
                            const char *other, uint64_t other_size) {
  std::string left, right;
  psj::Canonical reader{volatile_members, {}};
  if (!reader.record(one, size_t(one_size), left)) return 0;
  reader.path.clear();
  return reader.record(other, size_t(other_size), right) && left == right;
}
