// What a page may hold that simdjson refuses as a whole, though most of its records can be read.
#pragma once
#include "reader.hpp"

namespace psj {

/// A copy of the page in which every byte that JSON cannot hold (not UTF-8, or a control character inside a text)
/// stands masked, and every half of a character that is written as an escape, such as `\ud83d` on its own.
struct Mask {
  std::string bytes;

  /// Makes the copy. Returns whether there was something to mask.
  bool cover(const char *data, size_t size);
  bool has_spot(const psj_row &row) const { return has(spots, row.raw_offset, row.raw_size); }
  /// Whether a text holds half a character.
  bool has_half(int64_t offset, size_t size) const {
    return !halves.empty() && offset >= 0 && size_t(offset) < bytes.size() && has(halves, uint64_t(offset), size);
  }
  /// The first that stands outside of the rows that may hold it: then it is the page that is broken.
  const char *outside(const std::vector<psj_row> &rows) const;

 private:
  std::vector<uint64_t> spots, halves;
  static bool has(const std::vector<uint64_t> &places, uint64_t offset, uint64_t size);
};

}  // namespace psj
