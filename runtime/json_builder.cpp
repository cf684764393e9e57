// A loop over the tokens with the open containers on a stack of its own, so that depth costs no call stack.
#include "runtime/json_builder.hpp"

#include <cstring>

#include "runtime/arena.hpp"

namespace shrike {
namespace {

constexpr std::size_t kKeptValues = std::size_t{1} << 16;

}  // namespace

BuildResult JsonBuilder::build(const JsonTokens& tokens, std::uint32_t& token, std::size_t max_depth,
                               Arena& arena, Value& value) {
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
  if (count != 0)
    std::memcpy(static_cast<void*>(items), done_.data() + container.first, count * sizeof(Value));
  done_.resize(container.first);
  if (container.object) {
    done_.push_back(Value::of_map({reinterpret_cast<const MapEntry*>(items), count / 2}));
  } else {
    done_.push_back(Value::of_list({items, count}));
  }
  return true;
}

BuildResult JsonBuilder::run(const JsonTokens& scanned, std::uint32_t& place, std::size_t max_depth,
                             Arena& arena) {
  // Copies, because the compiler cannot know that storing values leaves the originals alone.
  const JsonTokens tokens = scanned;
  std::uint32_t token = place;
  const auto stop = [&](BuildResult result) {
    place = token;
    return result;
  };
  const auto failed = [&] {
    return stop(arena.exhausted() ? BuildResult::kNoRoom : BuildResult::kMalformed);
  };
  const auto next_is = [&](char wanted) { return token < tokens.count && tokens[token] == wanted; };
  bool name_next = false;
  while (true) {
    // A value, behind its name if it stands in an object; or the end of a container without elements.
    if (name_next) {
      if (!next_is('"')) return stop(BuildResult::kMalformed);
      if (!read_string(token_text(tokens, token), arena, done_.emplace_back())) return failed();
      ++token;
      if (!next_is(':')) return stop(BuildResult::kMalformed);
      ++token;
    }
    if (token >= tokens.count) return stop(BuildResult::kMalformed);
    const char first = tokens[token];
    if (first == '"') {
      if (!read_string(token_text(tokens, token), arena, done_.emplace_back())) return failed();
      ++token;
    } else if (first == '{' || first == '[') {
      if (open_.size() >= max_depth) return stop(BuildResult::kTooDeep);
      const bool object = first == '{';
      open_.push_back({object, done_.size()});
      ++token;
      if (!next_is(object ? '}' : ']')) {
        name_next = object;
        continue;
      }
      ++token;
      if (!close(arena)) return failed();
    } else {
      // Anything else that is no number or word is refused here too: brackets that close, commas, colons.
      if (!read_plain(token_text(tokens, token), done_.emplace_back())) return stop(BuildResult::kMalformed);
      ++token;
    }

    // Behind a value: the ends of containers, then a comma or the end of it all.
    while (!open_.empty() && next_is(open_.back().object ? '}' : ']')) {
      ++token;
      if (!close(arena)) return failed();
    }
    if (open_.empty()) return stop(BuildResult::kDone);
    if (!next_is(',')) return stop(BuildResult::kMalformed);
    ++token;
    name_next = open_.back().object;
  }
}

}  // namespace shrike
