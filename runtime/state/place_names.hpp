// Where events were read, in few bytes: files by number. One per engine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/state/value_bytes.hpp"

namespace shrike {

class PlaceNames {
 public:
  /// Appends a place such as "file:line".
  void append(std::string& out, std::string_view place);
  /// The place that append() wrote.
  std::string read(BytesReader& bytes) const;

 private:
  std::vector<std::string> files_;
  std::unordered_map<std::string, std::uint64_t> numbers_;
};

}  // namespace shrike
