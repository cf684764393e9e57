// What a verified Program looks like at run time: constants as values, prepared lists and tables, compiled
// regular expressions. Made by Program::seal, immutable afterwards. Used by vm.cpp and engine.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/arena.hpp"
#include "runtime/functions.hpp"
#include "runtime/key_index.hpp"
#include "runtime/opcodes.hpp"
#include "runtime/program_data.hpp"

namespace re2 {
class RE2;
}

namespace shrike {

struct PreparedTable {
  std::vector<Value> keys, values;
  std::optional<KeyIndex> index;
};

struct Program::Sealed {
  ProgramData data;
  std::string hash;
  Arena storage{std::size_t{1} << 30};  ///< what the values below point to, beside `data`

  std::vector<Value> constants;  ///< one per ConstantData
  std::vector<Value> folded;     ///< the same with strings, also in lists, in folded form
  std::vector<std::uint32_t>
      index_of_constant;  ///< for lists that something searches: into indexes; else kNoIndex
  std::vector<std::unique_ptr<KeyIndex>> indexes;
  std::vector<std::unique_ptr<re2::RE2>> regexes;
  std::vector<PreparedTable> tables;
  std::vector<Callable> functions;                        ///< one per ProgramData::functions
  std::vector<Value> class_names;                         ///< one per source
  std::vector<std::vector<std::uint32_t>> exceptions_of;  ///< per rule
  std::size_t stack_registers = 0;                        ///< what the deepest nesting of units needs

  Sealed();
  ~Sealed();

  /// The prepared form of a constant list, or null.
  const KeyIndex* index_for(std::uint32_t constant) const {
    const std::uint32_t index = index_of_constant[constant];
    return index == kNoIndex ? nullptr : indexes[index].get();
  }

  /// The profile of a tenant, without regard to letter case; 0 when it has none of its own.
  std::uint32_t profile_of(std::string_view tenant) const;
};

}  // namespace shrike
