// Values of the reference evaluator: they own what they hold and are as plain as can be. Nothing is shared
// with the VM but the built-in functions, which have tests of their own.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "runtime/arena.hpp"
#include "shrike/value.hpp"

namespace shrike::reference {

struct RefEntry;

struct RefValue {
  Kind kind = Kind::kMissing;
  bool boolean = false;
  std::int64_t integer = 0;  ///< kInt, kTime, kDuration
  double number = 0;
  std::string text;
  IpAddress address;  ///< kIp, kCidr
  unsigned bits = 0;  ///< kCidr
  Place place;
  std::vector<RefValue> items;    ///< kList; kClient: family, os, device, tool
  std::vector<RefEntry> entries;  ///< kMap

  bool is_missing() const { return kind == Kind::kMissing; }
  bool is_number() const { return kind == Kind::kInt || kind == Kind::kFloat; }
  double as_float() const { return kind == Kind::kInt ? static_cast<double>(integer) : number; }
};

/// An entry of a map: name and value.
struct RefEntry {
  std::string first;
  RefValue second;
};

RefValue missing();
RefValue of_bool(bool b);
RefValue of_int(std::int64_t i);
RefValue of_float(double f);
RefValue of_text(std::string s);

/// Copies; to_value() puts what it needs into the arena.
RefValue from_value(const Value& value);
Value to_value(const RefValue& value, Arena& arena);
RefValue from_json(const nlohmann::ordered_json& json);

/// Unicode simple folding, code point by code point.
std::string folded(const std::string& text);

bool equal_values(const RefValue& a, const RefValue& b, bool cased);
/// Whether the two are of one kind, or both numbers.
bool comparable_values(const RefValue& a, const RefValue& b);

std::string describe(const RefValue& value);

}  // namespace shrike::reference
