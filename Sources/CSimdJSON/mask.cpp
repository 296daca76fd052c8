#include "mask.hpp"

#include <algorithm>
#include <cstdlib>

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

/// The code unit of an escape `\\uXXXX` that begins here; 0 where there is none.
uint32_t unit_at(const char *text, size_t size) {
  if (size < 6 || text[0] != '\\' || text[1] != 'u') return 0;
  uint32_t unit = 0;
  for (int i = 2; i < 6; i++) {
    char c = text[i], lower = char(c | 0x20);
    if (c >= '0' && c <= '9') unit = unit * 16 + uint32_t(c - '0');
    else if (lower >= 'a' && lower <= 'f') unit = unit * 16 + uint32_t(lower - 'a' + 10);
    else return 0;
  }
  return unit;
}

}  // namespace

bool Mask::cover(const char *data, size_t size) {
  bytes.assign(data, size);
  bool in_text = false;
  for (size_t i = 0; i < size;) {
    size_t length = utf8_length(data + i, size - i);
    char c = data[i];
    if (length == 0 || (in_text && length == 1 && static_cast<unsigned char>(c) < 0x20)) {
      bytes[i] = '?';
      spots.push_back(i);
    } else if (in_text && c == '\\') {
      uint32_t unit = unit_at(data + i, size - i);
      bool is_pair = unit >= 0xD800 && unit < 0xDC00 && (unit_at(data + i + 6, size - i - 6) & 0xFC00) == 0xDC00;
      if (unit >= 0xD800 && unit < 0xE000 && !is_pair) {
        halves.push_back(i);
        std::fill_n(bytes.begin() + ptrdiff_t(i), 6, '?');
      }
      // What follows a backslash is looked at by itself if it is no part of an escape.
      bool is_escape = i + 1 < size && data[i + 1] >= 0x20;
      i += is_pair ? 12 : unit ? 6 : is_escape ? 2 : 1;
      continue;
    } else if (c == '"') {
      in_text = !in_text;
    }
    i += length ? length : 1;
  }
  if (spots.empty() && halves.empty()) {
    bytes.clear();
    return false;
  }
  bytes.append(simdjson::SIMDJSON_PADDING, ' ');
  return true;
}

bool Mask::has(const std::vector<uint64_t> &places, uint64_t offset, uint64_t size) {
  auto place = std::lower_bound(places.begin(), places.end(), offset);
  return place != places.end() && *place < offset + size;
}

const char *Mask::outside(const std::vector<psj_row> &rows) const {
  size_t covered_spots = 0, covered_halves = 0;
  auto count = [](const std::vector<uint64_t> &places, const psj_row &row) {
    auto first = std::lower_bound(places.begin(), places.end(), row.raw_offset);
    return size_t(std::lower_bound(first, places.end(), row.raw_offset + row.raw_size) - first);
  };
  for (const psj_row &row : rows) {
    if (row.flags & PSJ_ROW_DEAD) covered_spots += count(spots, row);
    if (!(row.flags & PSJ_ROW_OWN)) covered_halves += count(halves, row);
  }
  if (covered_spots < spots.size()) return bytes.data() + spots.front();
  return covered_halves < halves.size() ? bytes.data() + halves.front() : nullptr;
}

}  // namespace psj
