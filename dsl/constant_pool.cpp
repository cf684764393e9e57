#include "dsl/constant_pool.hpp"

#include <fmt/format.h>

#include "runtime/arena.hpp"

namespace shrike {
namespace {

std::string bytes_key(char tag, const void* data, std::size_t size) {
  std::string key(1, tag);
  key.append(static_cast<const char*>(data), size);
  return key;
}

}  // namespace

std::uint32_t ConstantPool::add(std::string key, ConstantData data) {
  auto [entry, is_new] =
      constants_.try_emplace(std::move(key), static_cast<std::uint32_t>(program_.constants.size()));
  if (is_new) program_.constants.push_back(std::move(data));
  return entry->second;
}

std::uint32_t ConstantPool::missing() { return add("0", {}); }

std::uint32_t ConstantPool::boolean(bool value) { return add(value ? "b1" : "b0", {value, false}); }

std::uint32_t ConstantPool::integer(std::int64_t value) {
  return add(fmt::format("i{}", value), {value, false});
}

std::uint32_t ConstantPool::string(std::string_view text) {
  return add("s" + std::string(text), {std::string(text), false});
}

std::uint32_t ConstantPool::folded(std::string_view text) {
  Arena arena;
  std::string folded(fold_case(text, arena));
  std::string key = "f" + folded;
  return add(std::move(key), {std::move(folded), true});
}

std::uint32_t ConstantPool::literal(const ast::Literal& literal) {
  struct Visitor {
    ConstantPool& pool;
    std::uint32_t operator()(bool v) const { return pool.boolean(v); }
    std::uint32_t operator()(std::int64_t v) const { return pool.integer(v); }
    std::uint32_t operator()(double v) const { return pool.add(bytes_key('d', &v, sizeof v), {v, false}); }
    std::uint32_t operator()(const std::string& v) const { return pool.string(v); }
    std::uint32_t operator()(const IpAddress& v) const {
      return pool.add(bytes_key('a', v.bytes.data(), v.bytes.size()), {ConstantData::Address{v}, false});
    }
    std::uint32_t operator()(const ast::Cidr& v) const {
      return pool.add(bytes_key('n', v.network.bytes.data(), v.network.bytes.size()) + std::to_string(v.bits),
                      {ConstantData::Network{v.network, v.bits}, false});
    }
    std::uint32_t operator()(const ast::Time& v) const {
      return pool.add(fmt::format("t{}", v.nanoseconds), {ConstantData::Time{v.nanoseconds}, false});
    }
    std::uint32_t operator()(const ast::Duration& v) const {
      return pool.add(fmt::format("u{}", v.nanoseconds), {ConstantData::Duration{v.nanoseconds}, false});
    }
    std::uint32_t operator()(const ast::Regex& v) const { return pool.string(v.pattern); }
  };
  return std::visit(Visitor{*this}, literal);
}

std::uint32_t ConstantPool::list(std::vector<std::uint32_t> items) {
  std::string key = "l";
  for (std::uint32_t item : items) key += fmt::format("{},", item);
  return add(std::move(key), {ConstantData::List{std::move(items)}, false});
}

std::uint32_t ConstantPool::list_of(std::span<const ast::Literal> literals) {
  std::vector<std::uint32_t> items;
  items.reserve(literals.size());
  for (const ast::Literal& l : literals) items.push_back(literal(l));
  return list(std::move(items));
}

std::uint32_t ConstantPool::value(const Value& value) {
  switch (value.kind) {
    case Kind::kBool:
      return boolean(value.boolean);
    case Kind::kInt:
      return integer(value.integer);
    case Kind::kFloat:
      return literal(value.number);
    case Kind::kString:
      return string(value.as_string());
    case Kind::kIp:
      return literal(*value.address);
    case Kind::kCidr:
      return literal(ast::Cidr{*value.address, static_cast<std::uint8_t>(value.prefix_bits)});
    case Kind::kTime:
      return literal(ast::Time{value.integer});
    case Kind::kDuration:
      return literal(ast::Duration{value.integer});
    case Kind::kList: {
      std::vector<std::uint32_t> items;
      for (const Value& item : value.as_list()) items.push_back(this->value(item));
      return list(std::move(items));
    }
    case Kind::kMissing:
    case Kind::kPlace:
    case Kind::kMap:
    case Kind::kClient:
      break;
  }
  return missing();
}

std::uint32_t ConstantPool::path(const std::vector<std::string>& members) {
  auto [entry, is_new] = paths_.try_emplace(members, static_cast<std::uint32_t>(program_.paths.size()));
  if (is_new) program_.paths.push_back(members);
  return entry->second;
}

std::uint32_t ConstantPool::regex(std::string_view pattern, bool cased) {
  auto [entry, is_new] = regexes_.try_emplace((cased ? "c" : "i") + std::string(pattern),
                                              static_cast<std::uint32_t>(program_.regexes.size()));
  if (is_new) program_.regexes.push_back({std::string(pattern), cased});
  return entry->second;
}

std::uint32_t ConstantPool::function(std::string_view signature) {
  auto found = functions_.find(signature);
  if (found != functions_.end()) return found->second;
  const auto index = static_cast<std::uint32_t>(program_.functions.size());
  program_.functions.emplace_back(signature);
  functions_.emplace(std::string(signature), index);
  return index;
}

}  // namespace shrike
