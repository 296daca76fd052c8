#pragma once
#define SIMDJSON_DEVELOPMENT_CHECKS 0
#include <simdjson.h>

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
/// Where a pointer leads. Names are compared as they are written, where a quote ends them: one in the pointer would be
/// compared with what follows the name.
template <typename Container>
simdjson::simdjson_result<ondemand::value> at_pointer(Container &container, const std::string &pointer) {
  if (pointer.find('"') != std::string::npos) return simdjson::NO_SUCH_FIELD;
  return container.at_pointer(pointer);
}
/// The bytes of a value as they stand in the document; the value is consumed.
int32_t raw_of(ondemand::value value, std::string_view &raw);
int32_t code_of(simdjson::error_code error);
int32_t walk(ondemand::parser &parser, const char *data, size_t size, size_t capacity, uint32_t max_depth,
             psj_visit_or_null visit, void *context, uint64_t *offset);
}  // namespace psj
