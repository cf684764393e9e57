// The pass over a record's tokens. Members that a path wants are noted; everything else is stepped over with
// its structure checked. How keys are looked up is in path_trie.cpp, how noted text becomes values in
// json_tokens.cpp and json_builder.cpp.
#include "runtime/record_decoder.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/json_builder.hpp"
#include "runtime/json_tokens.hpp"
#include "runtime/path_trie.hpp"

namespace shrike {
namespace {

/// Where a wanted member stands. Valid when `pass` is the decoder's; so nothing has to be cleared between
/// records.
struct Note {
  std::uint32_t pass = 0;
  std::uint32_t first = 0;  ///< its first token
  std::uint32_t after = 0;  ///< the token behind it
  bool exact = false;       ///< the key was spelled as the path spells it
};

struct CachedValue {
  std::uint32_t pass = 0;
  Value value;
};

}  // namespace

struct RecordDecoder::State {
  PathTrie paths;
  std::vector<std::uint32_t> slots;  ///< by index of the path
  std::vector<Note> notes;           ///< by slot
  std::vector<CachedValue> values;   ///< by slot
  std::vector<char> wanted;          ///< by slot: a path ends here
  std::uint32_t value_slot = 0;
  std::uint32_t records_slot = 0;
  ReadLimits limits;

  JsonScanner scanner;
  JsonBuilder builder;
  std::string key_scratch;
  std::vector<char> closers;  ///< of the open containers, while one is stepped over

  JsonTokens tokens;
  std::uint32_t pass = 0;
  RejectReason reason = RejectReason::kBadJson;

  // Every step returns the token behind what it passed, or 0 when the record is to be rejected.
  // `depth` containers are open around it; `checked` when a path wants the value, alone or as part of a
  // whole: numbers and words must then be spelled right.
  std::uint32_t walk_object(const PathNode& node, std::uint32_t token, std::size_t depth, bool checked);
  std::uint32_t take_member(const PathMember& member, bool exact, std::uint32_t token, std::size_t depth,
                            bool checked);
  bool take_scalar(const PathMatch& match, std::uint32_t token);
  bool take_scalar_for_all(const PathMatch& match, std::uint32_t token);
  std::uint32_t step_over(std::uint32_t token, std::size_t depth, bool checked);
  template <bool kChecked>
  std::uint32_t step_over_container(std::uint32_t token, std::size_t depth);
  bool is_plain_token(std::uint32_t token) const;
  /// A string, or a number or word that is spelled right.
  bool is_scalar(std::uint32_t token) const {
    return tokens[token] == '"' || (json_class(tokens[token]) == JsonClass::kPlain && is_plain_token(token));
  }

  std::uint32_t reject(RejectReason why) {
    reason = why;
    return 0;
  }

  void forget_notes();
  Expected<void> decode(std::string_view record);
  bool walk_record();
  bool stands(std::uint32_t slot) const { return notes[slot].pass == pass; }
  std::string_view text_of(const Note& note) const;
  Value make_value(const Note& note, Arena& arena);
};

/// Digits and the three words are recognised without a call where nothing stands behind them.
inline bool RecordDecoder::State::is_plain_token(std::uint32_t token) const {
  const char* const begin = tokens.text.data() + tokens.at[token];
  switch (tokens.at[token + 1] - tokens.at[token]) {
    case 1:
      if (*begin >= '0' && *begin <= '9') return true;
      break;
    case 4:
      if (std::memcmp(begin, "true", 4) == 0 || std::memcmp(begin, "null", 4) == 0) return true;
      break;
    case 5:
      if (std::memcmp(begin, "false", 5) == 0) return true;
      break;
    default:
      break;
  }
  return is_plain(token_text(tokens, token));
}

/// From a '{' or '[' to the token behind its end. decode() has made sure that the last token is '}', so no
/// step before a closing one can run past the tokens.
template <bool kChecked>
std::uint32_t RecordDecoder::State::step_over_container(std::uint32_t token, std::size_t depth) {
  const char* const text = tokens.text.data();
  const std::uint32_t* const end = tokens.at + tokens.count;
  const std::uint32_t* at = tokens.at + token;
  const std::size_t most = limits.nesting - depth;  // open at once, this one included
  char* const stack = closers.data();
  std::size_t open = 0;
  const auto is_value = [&] {
    return json_class(text[*at]) == JsonClass::kPlain &&
           (!kChecked || is_plain_token(static_cast<std::uint32_t>(at - tokens.at)));
  };
  const auto is_open = [&] { return (text[*at] | 0x20) == '{'; };  // '{' and '[' differ in that bit only

enter:
  if (open == most) return reject(RejectReason::kTooDeep);
  stack[open++] = text[*at];
  if (text[*at++] == '[') goto first_element;
  if (text[*at] == '}') goto leave;

member:
  if (text[at[0]] != '"' || text[at[1]] != ':') return reject(RejectReason::kBadJson);
  at += 2;
  if (text[*at] != '"') {
    if (is_open()) goto enter;
    if (!is_value()) return reject(RejectReason::kBadJson);
  }
  ++at;

behind_member:
  if (text[*at] == ',') {
    ++at;
    goto member;
  }
  if (text[*at] != '}') return reject(RejectReason::kBadJson);
  goto leave;

first_element:
  if (text[*at] == ']') goto leave;

element:
  if (text[*at] != '"') {
    if (is_open()) goto enter;
    if (!is_value()) return reject(RejectReason::kBadJson);
  }
  ++at;

behind_element:
  if (text[*at] == ',') {
    ++at;
    goto element;
  }
  if (text[*at] != ']') return reject(RejectReason::kBadJson);

leave:
  ++at;
  if (--open == 0) return static_cast<std::uint32_t>(at - tokens.at);
  if (at == end) return reject(RejectReason::kBadJson);
  if (stack[open - 1] == '{') goto behind_member;
  goto behind_element;
}

std::uint32_t RecordDecoder::State::step_over(std::uint32_t token, std::size_t depth, bool checked) {
  switch (json_class(tokens[token])) {
    case JsonClass::kString:
      return token + 1;
    case JsonClass::kPlain:
      return checked && !is_plain_token(token) ? reject(RejectReason::kBadJson) : token + 1;
    case JsonClass::kOpenObject:
    case JsonClass::kOpenArray:
      return checked ? step_over_container<true>(token, depth) : step_over_container<false>(token, depth);
    default:
      return reject(RejectReason::kBadJson);
  }
}

/// Notes the value at `token` for one wanted member, unless an earlier one with a better spelling stands.
std::uint32_t RecordDecoder::State::take_member(const PathMember& member, bool exact, std::uint32_t token,
                                                std::size_t depth, bool checked) {
  checked = checked || wanted[member.slot] != 0;
  Note& note = notes[member.slot];
  if (note.pass == pass) {
    if (note.exact && !exact) return step_over(token, depth, checked);
    for (std::uint32_t slot = member.slot + 1; slot <= member.last_slot; ++slot) notes[slot].pass = 0;
  }
  const bool inside = member.node != PathMember::kNoNode && tokens[token] == '{';
  const std::uint32_t after =
      inside ? walk_object(paths.node(member.node), token, depth, checked) : step_over(token, depth, checked);
  note = {pass, token, after, exact};
  return after;
}

/// Notes a value of one token for the members of a group; false where one of them stands already.
inline bool RecordDecoder::State::take_scalar(const PathMatch& match, std::uint32_t token) {
  if (match.only_slot == 0) return take_scalar_for_all(match, token);
  Note& note = notes[match.only_slot];
  if (note.pass == pass) return false;
  note = {pass, token, token + 1, match.exact != nullptr};
  return true;
}

bool RecordDecoder::State::take_scalar_for_all(const PathMatch& match, std::uint32_t token) {
  const std::vector<PathMember>& members = match.group->members;
  for (const PathMember& member : members) {
    if (notes[member.slot].pass == pass) return false;
  }
  for (const PathMember& member : members)
    notes[member.slot] = {pass, token, token + 1, &member == match.exact};
  return true;
}

/// An object with wanted members, from its '{'.
std::uint32_t RecordDecoder::State::walk_object(const PathNode& node, std::uint32_t token, std::size_t depth,
                                                bool checked) {
  if (depth >= limits.nesting) return reject(RejectReason::kTooDeep);
  const char* const text = tokens.text.data();
  const std::uint32_t* const at = tokens.at;
  ++token;
  if (text[at[token]] == '}') return token + 1;
  while (true) {
    if (text[at[token]] != '"' || text[at[token + 1]] != ':') return reject(RejectReason::kBadJson);
    const std::uint32_t begin = at[token] + 1;
    std::uint32_t end = at[token + 1] - 1;
    if (text[end] != '"') {
      while (end > begin && is_json_blank(text[end])) --end;
      if (text[end] != '"') return reject(RejectReason::kBadJson);
    }
    if (end < begin) return reject(RejectReason::kBadJson);
    token += 2;
    const std::string_view raw(text + begin, end - begin);
    const PathMatch match = node.find(raw, key_scratch);
    if (is_scalar(token) && (match.group == nullptr || take_scalar(match, token))) {
      // Nearly always. No text ends with one, so there is a token behind it.
      const char next = text[at[token + 1]];
      token += 2;
      if (next == ',') continue;
      return next == '}' ? token : reject(RejectReason::kBadJson);
    }
    if (match.group == nullptr) {
      token = step_over(token, depth + 1, checked);
    } else {
      // Where two spellings are wanted, each of them walks the value.
      std::uint32_t behind = 0;
      for (const PathMember& member : match.group->members) {
        behind = take_member(member, &member == match.exact, token, depth + 1, checked);
        if (behind == 0) break;
      }
      token = behind;
    }
    if (token == 0) return 0;
    if (token >= tokens.count) return reject(RejectReason::kBadJson);
    const char next = text[at[token++]];
    if (next == ',') continue;
    return next == '}' ? token : reject(RejectReason::kBadJson);
  }
}

void RecordDecoder::State::forget_notes() {
  if (++pass != 0) return;
  std::fill(notes.begin(), notes.end(), Note{});
  std::fill(values.begin(), values.end(), CachedValue{});
  pass = 1;
}

bool RecordDecoder::State::walk_record() {
  const std::uint32_t count = tokens.count;
  if (tokens[0] != '{' || tokens[count - 1] != '}') return reject(RejectReason::kBadJson) != 0;
  const std::size_t deepest = std::min<std::size_t>(limits.nesting, count);
  if (closers.size() < deepest) closers.resize(deepest);
  const std::uint32_t after = walk_object(paths.node(0), 0, 0, wanted[0] != 0);
  if (after == 0) return false;
  if (after != count) return reject(RejectReason::kBadJson) != 0;
  notes[0] = {pass, 0, count, true};
  return true;
}

Expected<void> RecordDecoder::State::decode(std::string_view record) {
  forget_notes();
  const auto rejected = [&](RejectReason why, ErrorCode code, const char* message) {
    reason = why;
    return fail(code, message);
  };
  if (record.size() > limits.record_bytes) {
    return rejected(RejectReason::kTooLarge, ErrorCode::kLimit, "the record is larger than the limit");
  }
  switch (scanner.scan(record)) {
    case ScanResult::kDone:
      break;
    case ScanResult::kBadEncoding:
      return rejected(RejectReason::kBadEncoding, ErrorCode::kFormat, "the record is not UTF-8");
    case ScanResult::kBadText:
      return rejected(RejectReason::kBadJson, ErrorCode::kFormat,
                      "a string has no end or holds a control character");
    case ScanResult::kEmpty:
      return rejected(RejectReason::kBadJson, ErrorCode::kFormat, "the record is empty");
    case ScanResult::kTooLarge:
      return rejected(RejectReason::kTooLarge, ErrorCode::kLimit,
                      "there is no memory for a record of this size");
  }
  tokens = scanner.tokens();
  if (walk_record()) return {};
  forget_notes();
  if (reason == RejectReason::kTooDeep) {
    return fail(ErrorCode::kLimit, "the record is nested deeper than the limit");
  }
  return fail(ErrorCode::kFormat, "the record is not one JSON object");
}

std::string_view RecordDecoder::State::text_of(const Note& note) const {
  switch (json_class(tokens[note.first])) {
    case JsonClass::kString:
    case JsonClass::kPlain:
      return token_text(tokens, note.first);
    default: {
      const std::uint32_t begin = tokens.at[note.first];
      return tokens.text.substr(begin, tokens.at[note.after - 1] + 1 - begin);
    }
  }
}

Value RecordDecoder::State::make_value(const Note& note, Arena& arena) {
  Value value;
  switch (json_class(tokens[note.first])) {
    case JsonClass::kString:
      if (!read_string(token_text(tokens, note.first), arena, value, kRecordPadding)) value = {};
      break;
    case JsonClass::kPlain:
      if (!read_plain(token_text(tokens, note.first), value)) value = {};
      break;
    default: {
      std::uint32_t token = note.first;
      builder.build(tokens, token, limits.nesting, arena, value);
    }
  }
  return value;
}

RecordDecoder::RecordDecoder(std::span<const RawPath> paths, const ReadLimits& limits)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  const RawPath value_path = {"value"};
  const RawPath records_path = {"records"};
  for (const RawPath& path : paths) state.paths.add(path);
  state.paths.add(value_path);
  state.paths.add(records_path);
  state.paths.finish();
  state.notes.resize(state.paths.slot_count());
  state.values.resize(state.paths.slot_count());
  state.wanted.resize(state.paths.slot_count());
  for (const RawPath& path : paths) {
    state.slots.push_back(state.paths.slot(path));
    state.wanted[state.slots.back()] = 1;
  }
  state.value_slot = state.paths.slot(value_path);
  state.records_slot = state.paths.slot(records_path);
  state.limits = limits;
}

RecordDecoder::~RecordDecoder() = default;
RecordDecoder::RecordDecoder(RecordDecoder&&) noexcept = default;
RecordDecoder& RecordDecoder::operator=(RecordDecoder&&) noexcept = default;

Expected<void> RecordDecoder::decode(std::string_view padded_record) { return state_->decode(padded_record); }

RejectReason RecordDecoder::reject_reason() const { return state_->reason; }

Value RecordDecoder::value(std::size_t index, Arena& arena) {
  State& state = *state_;
  const std::uint32_t slot = state.slots[index];
  if (!state.stands(slot)) return {};
  CachedValue& cached = state.values[slot];
  if (cached.pass != state.pass) cached = {state.pass, state.make_value(state.notes[slot], arena)};
  return cached.value;
}

bool RecordDecoder::has(std::size_t index) const {
  const std::uint32_t slot = state_->slots[index];
  return state_->stands(slot) && state_->tokens[state_->notes[slot].first] != 'n';
}

std::string_view RecordDecoder::text(std::size_t index) const {
  const std::uint32_t slot = state_->slots[index];
  return state_->stands(slot) ? state_->text_of(state_->notes[slot]) : std::string_view{};
}

std::string_view RecordDecoder::wrapped_list() const {
  for (const std::uint32_t slot : {state_->value_slot, state_->records_slot}) {
    if (!state_->stands(slot)) continue;
    const Note& note = state_->notes[slot];
    if (state_->tokens[note.first] == '[') return state_->text_of(note);
  }
  return {};
}

}  // namespace shrike
