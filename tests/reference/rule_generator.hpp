// Random rules and records for comparing the VM with the reference evaluator. Deterministic from a seed. The
// rules are well typed; the records hold what logs hold: absent fields, nulls, other types, other letter
// case.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace shrike::reference {

class RuleGenerator {
 public:
  explicit RuleGenerator(std::uint64_t seed) : random_(seed) {}

  /// A whole rule file: class, source, lists, table, functions and `rules` rules named r0, r1, …
  std::string file(unsigned rules);
  /// A record for that source, as JSON text.
  std::string record();

 private:
  enum class Want { kBool, kInt, kFloat, kString, kIp, kTime, kDuration, kStrings, kInts, kJson };

  std::string expr(Want want, unsigned depth);
  std::string condition(unsigned depth);
  std::string comparison(unsigned depth);
  std::string quantifier(unsigned depth);
  std::string string_literal();
  std::string text();
  std::string json_value(unsigned depth);
  std::string rule(unsigned number);
  std::string pick(std::initializer_list<const char*> options);
  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_); }
  bool chance(unsigned percent) { return below(100) < percent; }

  std::mt19937_64 random_;
  std::vector<std::pair<std::string, Want>> names_;  ///< variables and lets in scope
  unsigned next_variable_ = 0;
};

}  // namespace shrike::reference
