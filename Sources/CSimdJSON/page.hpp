// What to cut, and what was cut.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reader.hpp"

struct psj_plan {
  std::string records;
  std::optional<std::string> item, each, deleted_text, deleted_not;
  std::vector<std::string> inject_names, inject_from;
  /// Members that are the same in every record, as JSON: `"name":value,"name":value`.
  std::string constants;
  uint32_t cursor_type, max_depth, form;
  /// What is looked up in every record, and the places of it in what is found.
  psj::PointerSet inside;
  std::vector<uint32_t> keys, keep;
  std::optional<uint32_t> cursor, deleted;
};

struct psj_page {
  std::vector<psj_row> rows;
  std::string arena, residue, kept = "[";
  uint64_t max_cursor = UINT64_MAX;
  uint64_t elements = 0, cursors = 0, deletions = 0;
  int32_t code = PSJ_OK;
  uint64_t offset = 0;
};
