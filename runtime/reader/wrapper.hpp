// Objects that are no records but hold a list of them: {"value":[…]} as Graph answers, {"records":[…]} as
// Azure storage exports, also behind members such as "@odata.context". Used by json_splitter.hpp.
#pragma once

#include <cstddef>
#include <string_view>

namespace shrike::reader {

enum class WrapperKind {
  kRecord,     ///< an ordinary object
  kList,       ///< a wrapper: `size` bytes up to and including the [ of its list
  kEmptyList,  ///< a wrapper whose list is empty, beside nothing but "@…" members: `size` bytes in all
  kUnclear,    ///< the text is too short to tell
};

struct Wrapper {
  WrapperKind kind = WrapperKind::kRecord;
  std::size_t size = 0;
};

/// No more than this is looked at before a member "value" or "records": an object that has not shown one is a
/// record.
inline constexpr std::size_t kWrapperPrefixBytes = std::size_t{16} << 10;

/// Looks at an object from its { on. A wrapper has a member "value" or "records" (letter case aside) that is
/// a list whose first element is an object, behind at most eight members that are strings, numbers, true,
/// false or null.
Wrapper recognise_wrapper(std::string_view text);

/// Quick test on the first member name: false for nearly all records, true for all wrappers that begin with
/// their list or with a member named "@…" or "$…".
bool may_be_wrapper(std::string_view text);

}  // namespace shrike::reader
