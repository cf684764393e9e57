// The constants and raw paths of a program under construction; equal ones are stored once.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/ast.hpp"
#include "runtime/program_data.hpp"

namespace shrike {

class ConstantPool {
 public:
  explicit ConstantPool(ProgramData& program) : program_(program) {}

  std::uint32_t missing();
  std::uint32_t boolean(bool value);
  std::uint32_t integer(std::int64_t value);
  std::uint32_t string(std::string_view text);
  /// The text in folded form, marked so.
  std::uint32_t folded(std::string_view text);
  std::uint32_t literal(const ast::Literal& literal);
  std::uint32_t list(std::vector<std::uint32_t> items);
  std::uint32_t list_of(std::span<const ast::Literal> literals);
  /// A value that was computed at compile time.
  std::uint32_t value(const Value& value);

  std::uint32_t path(const std::vector<std::string>& members);
  std::uint32_t regex(std::string_view pattern, bool cased);
  std::uint32_t function(std::string_view signature);

 private:
  std::uint32_t add(std::string key, ConstantData data);

  ProgramData& program_;
  std::map<std::string, std::uint32_t> constants_;
  std::map<std::vector<std::string>, std::uint32_t> paths_;
  std::map<std::string, std::uint32_t> regexes_;
  std::map<std::string, std::uint32_t, std::less<>> functions_;
};

}  // namespace shrike
