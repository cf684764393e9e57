// Any bytes as a life of an engine with rules that remember: which events come in which order at which times,
// what repeats and what is missing, when time is advanced, when state is written and read back, whole or
// damaged. Nothing crashes or overflows; a withdrawn alert was open before, none opens twice; state that was
// written reads back and gives the same bytes again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dsl/compilation.hpp"
#include "runtime/arena.hpp"
#include "runtime/digest.hpp"
#include "runtime/program_data.hpp"
#include "runtime/vm_operations.hpp"
#include "shrike/engine.hpp"
#include "tests/reference/state_generator.hpp"

namespace shrike {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'767'225'600 * kSecond;  // 2026-01-01
constexpr unsigned kMostSteps = 160;
constexpr std::size_t kStateHead = 15, kDigest = 32;

[[noreturn]] void broken(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s: %s\n", what, text.c_str());
  std::abort();
}

/// Reads choices from the input; zeros when it has ended.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : next_(data), end_(data + size) {}
  bool at_end() const { return next_ == end_; }
  std::uint8_t byte() { return at_end() ? 0 : *next_++; }
  std::size_t below(std::size_t limit) {
    std::size_t number = byte();
    if (limit > 256) number |= std::size_t{byte()} << 8;
    return limit == 0 ? 0 : number % limit;
  }
  bool one_in(std::size_t n) { return below(n) == 1; }

 private:
  const std::uint8_t* next_;
  const std::uint8_t* end_;
};

/// An event or alert to feed.
struct Template {
  std::string name;
  bool is_alert = false;
  Engine::Fields fields;
};

/// A program with events that its rules ask for.
struct Subject {
  std::optional<Program> program;
  std::vector<Template> templates;
  Arena arena;  ///< of the templates' values
};

Value value_of(const ast::Expr& expr, Arena& arena) {
  if (expr.kind == ast::ExprKind::kList) {
    ListBuilder list{};
    for (const auto& item : expr.args) list.append(value_of(*item, arena), arena);
    return list.list();
  }
  if (expr.kind != ast::ExprKind::kLiteral) return {};
  if (const auto* text = std::get_if<std::string>(&expr.literal)) return Value::of_string(arena.copy(*text));
  if (const auto* integer = std::get_if<std::int64_t>(&expr.literal)) return Value::of_int(*integer);
  if (const auto* number = std::get_if<double>(&expr.literal)) return Value::of_float(*number);
  if (const auto* truth = std::get_if<bool>(&expr.literal)) return Value::of_bool(*truth);
  if (const auto* address = std::get_if<IpAddress>(&expr.literal)) {
    auto* copy = arena.allocate_array<IpAddress>(1);
    *copy = *address;
    return Value::of_ip(copy);
  }
  return {};
}

/// The standard library, with the events of its own tests.
Subject& standard_library() {
  static const std::unique_ptr<Subject> subject = [] {
    auto made = std::make_unique<Subject>();
    SourceFiles files;
    add_standard_library(files, true);
    const Analysis analysis = analyse(files);
    Diagnostics diagnostics;
    made->program = build(analysis.model, files, {}, diagnostics);
    if (!made->program) broken("the standard library does not compile", "");
    for (const TestInfo& test : analysis.model.tests) {
      for (const ast::Case& one : test.decl->cases) {
        for (const ast::TestStep& step : one.steps) {
          if (step.kind != ast::TestStep::Kind::kAt || !step.event) continue;
          Template event{step.event->name.text, step.event->alert, {}};
          for (const ast::RecordField& field : step.fields) {
            const Value value = value_of(*field.value, made->arena);
            if (field.name.text.find('.') == std::string::npos && !value.is_missing())
              event.fields.emplace_back(field.name.text, value);
          }
          made->templates.push_back(std::move(event));
        }
      }
    }
    return made;
  }();
  return *subject;
}

/// A generated file that draws on every construct; each is made once.
Subject& generated(std::uint8_t seed) {
  static std::map<std::uint8_t, std::unique_ptr<Subject>> known;
  std::unique_ptr<Subject>& subject = known[seed];
  if (subject != nullptr) return *subject;
  subject = std::make_unique<Subject>();
  reference::StateGenerator generator(9000 + seed);
  const SourceFiles files{{"generated.shrike", generator.file()}};
  const Analysis analysis = analyse(files);
  Diagnostics diagnostics;
  if (!analysis.has_errors()) subject->program = build(analysis.model, files, {}, diagnostics);
  for (const reference::LoggedEvent& event : generator.log(24)) {
    Template made{event.event_class, false, {}};
    for (const auto& [name, value] : event.fields)
      made.fields.emplace_back(name, reference::to_value(value, subject->arena));
    subject->templates.push_back(std::move(made));
  }
  if (!subject->program) return *subject;
  const std::size_t events = subject->templates.size();
  for (const RuleData& rule : subject->program->data().rules) {
    if (rule.state == kNoIndex) continue;
    for (std::size_t i = 0; i < std::min<std::size_t>(events, 4); ++i) {
      Template alert{rule.name, true, subject->templates[i].fields};
      subject->templates.push_back(std::move(alert));
    }
  }
  return *subject;
}

class Life {
 public:
  Life(Subject& subject, Choices& choices) : subject_(subject), choices_(choices) {
    options_.decide = choices.one_in(3) ? Decide::kFinal : Decide::kEarly;
    options_.window_index_from = choices.one_in(2) ? 1 : 64;
    constexpr std::int64_t kLateness[] = {kUnlimitedLateness, 0, 600 * kSecond, 86400 * kSecond};
    if (const std::size_t which = choices.below(5); which < 4) options_.lateness_of_all = kLateness[which];
    constexpr std::size_t kMemories[] = {512U << 20, 4096, 20'000, 60'000};
    options_.memory = kMemories[choices.below(4)];
    options_.max_steps = choices.one_in(16) ? 300 : 50'000;
    options_.max_pending_bytes = std::size_t{1} << 20;
    has_arrival_ = choices.one_in(3);
    time_ = kStart;
    begin();
  }

  void live() {
    for (unsigned step = 0; step < kMostSteps && !choices_.at_end(); ++step) {
      switch (choices_.below(16)) {
        case 0:
          take(engine_->advance(next_time()));
          break;
        case 1:
          write_and_read();
          break;
        case 2:
          read_damaged();
          break;
        case 3:
          finish();
          break;
        default:
          feed(*engine_, true);
      }
    }
    if (!was_damaged_) write_and_read();
    finish();
    if (options_.decide == Decide::kEarly) take(engine_->advance(INT64_MAX));
  }

 private:
  void begin() {
    engine_.emplace(*subject_.program, options_);
    if (has_arrival_) engine_->set_arrival(kStart + 3600 * kSecond);
  }

  std::int64_t next_time() {
    constexpr std::int64_t kWild[] = {INT64_MIN,
                                      INT64_MIN + 1,
                                      -1,
                                      0,
                                      INT64_MAX - 1,
                                      INT64_MAX,
                                      4'102'444'800 * kSecond,
                                      kStart + 30 * 86400 * kSecond};
    const std::uint8_t choice = choices_.byte();
    if (choice < 64) return time_;
    if (choice < 160) return time_ += (choice - 63) * kSecond;
    if (choice < 224) return time_ += (choice - 159) * 60 * kSecond;
    if (choice < 240) return time_ - (choice - 223) * 60 * kSecond;
    if (choice < 248) return time_ += 3600 * kSecond;
    return kWild[choice - 248];
  }

  void feed(Engine& engine, bool keeps) {
    if (subject_.templates.empty()) return;
    const Template& chosen = subject_.templates[choices_.below(subject_.templates.size())];
    Engine::Fields fields = chosen.fields;
    const auto set = [&](std::string_view name, const Value& value) {
      const auto field =
          std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == name; });
      if (field != fields.end()) {
        field->second = value;
      } else {
        fields.emplace_back(name, value);
      }
    };
    set("time", Value::of_time(next_time()));
    // Few ids: the same one again is the event told once more, often with another content.
    ids_.push_back("e" + std::to_string(choices_.one_in(4) ? choices_.below(8) : 1000 + ids_.size()));
    set("id", Value::of_string(ids_.back()));
    constexpr std::string_view kTenants[] = {"", "a", "b.example", "B.example", "tenant-\xc3\xa4"};
    if (choices_.one_in(3)) set("tenant", Value::of_string(kTenants[choices_.below(5)]));
    if (choices_.one_in(4)) fields[choices_.below(fields.size())].second = Value{};
    if (choices_.one_in(4)) {
      const Template& other = subject_.templates[choices_.below(subject_.templates.size())];
      if (!other.fields.empty()) {
        const auto& [name, value] = other.fields[choices_.below(other.fields.size())];
        if (name != "time" && name != "id") set(name, value);
      }
    }
    auto given =
        chosen.is_alert ? engine.feed_alert(chosen.name, fields) : engine.feed_event(chosen.name, fields);
    if (keeps) take(given);
  }

  void take(const Expected<std::span<const Alert>>&) {
    for (const Alert& alert : engine_->given()) {
      if (to_json(alert).dump().empty()) broken("an alert without text", alert.id);
      if (was_damaged_) continue;
      const bool withdrawn = alert.status == AlertStatus::kWithdrawn;
      if (withdrawn && open_.erase(alert.id) == 0) broken("withdrawn, but not open", alert.id);
      if (withdrawn) continue;
      const bool is_new = open_.insert(alert.id).second;
      if (!is_new && !alert.again && !engine_->stats().is_incomplete() && !was_incomplete_)
        broken("open already", alert.id);
      if (is_new && alert.again) broken("again, but not open", alert.id);
    }
  }

  void finish() {
    std::set<std::string> ids;
    const auto done = engine_->finish([&](const Alert& alert) {
      if (!ids.insert(alert.id).second && !was_damaged_) broken("given twice", alert.id);
    });
    if (!done && done.error().code != ErrorCode::kIo) broken("finish", done.error().message);
  }

  std::string saved() {
    // What waits for the end of an input is no part of the state.
    if (options_.decide == Decide::kFinal) finish();
    return engine_->save_state();
  }

  void write_and_read() {
    const std::string state = saved();
    was_incomplete_ = was_incomplete_ || engine_->stats().is_incomplete();
    begin();
    if (const auto loaded = engine_->load_state(state); !loaded)
      broken("cannot be read back", loaded.error().message);
    if (engine_->save_state() != state && !was_damaged_) broken("reads back as something else", "");
  }

  void read_damaged() {
    std::string state = saved();
    for (std::size_t changes = 1 + choices_.below(4); changes > 0; --changes) {
      if (state.size() <= kStateHead + kDigest) break;
      const std::size_t room = state.size() - kStateHead - kDigest;
      std::size_t at = choices_.byte();
      at |= std::size_t{choices_.byte()} << 8;
      at = kStateHead + kDigest + at % room;
      switch (choices_.below(6)) {
        case 0:
          state[at] = static_cast<char>(choices_.byte());
          break;
        case 1:
          state[at] = static_cast<char>(state[at] ^ 1 << choices_.below(8));
          break;
        case 2:
          state.erase(at, 1 + choices_.below(16));
          break;
        case 3:
          state.insert(at, state.substr(at, 1 + choices_.below(64)));
          break;
        case 4:
          state.insert(at, 9, '\xff');
          break;
        default:
          state[at] = static_cast<char>(state[at] + 1);
      }
    }
    const std::string_view payload = std::string_view(state).substr(kStateHead + kDigest);
    state.replace(kStateHead, kDigest, Digest().add(payload).hex());
    Engine other(*subject_.program, options_);
    const bool loaded = other.load_state(state).has_value();
    for (int i = 0; i < 3; ++i) feed(other, false);
    (void)other.advance(time_ + 86400 * kSecond);
    for (int i = 0; i < 2; ++i) feed(other, false);
    (void)other.finish([](const Alert&) {});
    (void)other.save_state();
    // Now and then the damaged one goes on.
    if (!loaded || !choices_.one_in(4)) return;
    was_damaged_ = true;
    engine_.emplace(std::move(other));
  }

  Subject& subject_;
  Choices& choices_;
  EngineOptions options_;
  std::optional<Engine> engine_;
  std::set<std::string> open_;
  std::vector<std::string> ids_;
  std::int64_t time_ = 0;
  bool has_arrival_ = false, was_damaged_ = false, was_incomplete_ = false;
};

}  // namespace
}  // namespace shrike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  shrike::Choices choices(data, size);
  const bool is_library = choices.one_in(3);
  const std::uint8_t seed = choices.byte();
  shrike::Subject& subject = is_library ? shrike::standard_library() : shrike::generated(seed % 64);
  if (subject.program) shrike::Life(subject, choices).live();
  return 0;
}
