// A loop over the tokens with the open containers on a stack of its own, so that depth costs no call stack.
#include "runtime/json_builder.hpp"

#include <cstring>

#include "runtime/arena.hpp"

namespace shrike {
namespace {

constexpr std::size_t kKeptValues = std::size_t{1} << 16;

}  // namespace

BuildResult JsonBuilder::build(const JsonTokens& tokens, std::uint32_t& token, std::size_t max_depth, Arena& arena, Value& value) {
  open_.clear();
  done_.clear();
  const BuildResult result = run(tokens, token, max_depth, arena);
  value = result == BuildResult::kDone ? done_.front() : Value{};
  if (done_.capacity() > kKeptValues) std::vector<Value>().swap(done_);
  return result;
}

/// Replaces the elements of the innermost container by the container.
bool JsonBuilder::close(Arena& arena) {
  const Open container = open_.back();
  open_.pop_back();
  const std::size_t count = done_.size() - container.first;
  auto* const items = arena.allocate_array<Value>(count);
  if (items == nullptr) return false;
  static_assert(sizeof(MapEntry) == 2 * sizeof(Value) && std::is_trivially_copyable_v<MapEntry>);
  if (count != 0) std::memcpy(static_cast<void*>(items), done_.data() + container.first, count * sizeof(Value));
  done_.resize(container.first);
  if (container.object) {
    done_.push_back(Value::of_map({reinterpret_cast<const MapEntry*>(items), count / 2}));
  } else {
    done_.push_back(Value::of_list({items, count}));
  }
  return true;
}

BuildResult JsonBuilder::run(const JsonTokens& tokens, std::uint32_t& token, std::size_t max_depth, Arena& arena) {
  const auto failed = [&] { return arena.exhausted() ? BuildResult::kNoRoom : BuildResult::kMalformed; };
  const auto next_is = [&](JsonClass wanted) { return token < tokens.count && json_class(tokens[token]) == wanted; };
  bool name_next = false;
  while (true) {
    // A value, behind its name if it stands in an object; or the end of a container without elements.
    if (name_next) {
      Value name;
      if (!next_is(JsonClass::kString) || !read_string(token_text(tokens, token), arena, name)) return failed();
      done_.push_back(name);
      ++token;
      if (!next_is(JsonClass::kColon)) return BuildResult::kMalformed;
      ++token;
    }
    if (token >= tokens.count) return BuildResult::kMalformed;
    const JsonClass kind = json_class(tokens[token]);
    if (kind == JsonClass::kString || kind == JsonClass::kPlain) {
      const std::string_view text = token_text(tokens, token);
      Value scalar;
      if (!(kind == JsonClass::kString ? read_string(text, arena, scalar) : read_plain(text, scalar))) return failed();
      done_.push_back(scalar);
      ++token;
    } else if (kind == JsonClass::kOpenObject || kind == JsonClass::kOpenArray) {
      if (open_.size() >= max_depth) return BuildResult::kTooDeep;
      const bool object = kind == JsonClass::kOpenObject;
      open_.push_back({object, done_.size()});
      ++token;
      if (!next_is(object ? JsonClass::kCloseObject : JsonClass::kCloseArray)) {
        name_next = object;
        continue;
      }
      ++token;
      if (!close(arena)) return failed();
    } else {
      return BuildResult::kMalformed;
    }

    // Behind a value: the ends of containers, then a comma or the end of it all.
    while (!open_.empty() && next_is(open_.back().object ? JsonClass::kCloseObject : JsonClass::kCloseArray)) {
      ++token;
      if (!close(arena)) return failed();
    }
    if (open_.empty()) return BuildResult::kDone;
    if (!next_is(JsonClass::kComma)) return BuildResult::kMalformed;
    ++token;
    name_next = open_.back().object;
  }
}

}  // namespace shrike
