// Rules with steps against every combination of events, tried one by one: random steps, few different times,
// any order of arrival, duplicates, events taken back, saved and loaded in between.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/state/rule_state.hpp"
#include "tests/runtime/assembler.hpp"

namespace shrike {
namespace {

using test::Assembler;
using test::reg;
using test::slot_operand;

constexpr std::size_t kMostInputs = 5;
constexpr std::uint32_t kLateAlert = 0, kAlert = 1, kRule = 2;

struct StepCase {
  bool absent = false;
  std::int64_t times = 1, times_in = 0, within = 0;
  int reads = -1;          ///< the step whose `x` the condition compares with
  bool wants_same = true;  ///< `==`, else `!=`
  bool events = true, alerts = false, late_alerts = false;
};
struct RuleCase {
  bool in_order = true;
  std::int64_t within = 0;
  std::vector<StepCase> steps;
};

/// An event or alert of a case: the steps that it fits, its keys and what conditions look at.
struct RowCase {
  Row row;
  std::uint64_t fits = 0;
  std::set<int> keys;
  int x = 0;
};

/// An answer: per completing event the events of its newest match, as a line for each.
using Answer = std::map<std::string, std::string>;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  bool chance(int percent) { return below(100) < percent; }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

/// The program of a case: slots are the key, `x`, and one truth for each input.
struct Compiled {
  explicit Compiled(const RuleCase& rule, bool knows_reads) {
    assembler.slot("keys", TypeKind::kInt);
    assembler.slot("x", TypeKind::kInt);
    for (std::size_t i = 0; i < kMostInputs; ++i) assembler.slot("fits" + std::to_string(i), TypeKind::kBool);
    ProgramData& data = assembler.data;
    for (std::uint32_t slot = 0; slot < 2 + kMostInputs; ++slot) data.classes[0].kept.push_back(slot);
    data.time_slot = assembler.slot("time", TypeKind::kTime);
    data.alert_rule_slot = assembler.slot("rule");
    data.alert_severity_slot = assembler.slot("severity");
    data.alert_score_slot = assembler.slot("score", TypeKind::kInt);
    const std::uint32_t keys = assembler.unit({{Opcode::kMove, 0, 0, slot_operand(0), 0, 0},
                                               {Opcode::kPack, 0, 1, 1, 0, 0},
                                               {Opcode::kReturn, 0, 0, reg(1), 0, 0}});
    for (const char* name : {"late", "prompt", "steps"}) {
      RuleData named;
      named.name = named.title = name;
      named.classes = {0};
      named.guards.push_back({});
      data.rules.push_back(named);
    }
    StateData late;
    late.kind = StateKind::kSequence;
    late.rule = kLateAlert;
    late.inputs.resize(2);
    for (InputData& input : late.inputs) input.keys = keys;
    late.inputs[1].absent = true;
    StateData prompt;
    prompt.rule = kAlert;
    prompt.inputs.resize(1);
    StateData state;
    state.kind = rule.in_order ? StateKind::kSequence : StateKind::kTogether;
    state.rule = kRule;
    state.within.nanoseconds = rule.within;
    state.key_names = {"key"};
    state.key_slots = {0};
    state.key_cased = {0};
    for (std::uint32_t i = 0; i < rule.steps.size(); ++i) {
      const StepCase& step = rule.steps[i];
      InputData input;
      input.step = "s" + std::to_string(i);
      if (step.events) input.classes = {0};
      if (step.alerts) input.alerts.push_back(kAlert);
      if (step.late_alerts) input.alerts.push_back(kLateAlert);
      input.filter = assembler.condition_of({Opcode::kTestTrue, 0, 0, slot_operand(2 + i), 0, 0});
      input.keys = keys;
      input.absent = step.absent;
      input.times = step.times;
      input.times_in.nanoseconds = step.times_in;
      input.within.nanoseconds = step.within;
      if (step.reads >= 0) {
        const auto read = static_cast<std::uint32_t>(step.reads);
        const Operand other(OperandKind::kStep, (read << kStepShift) | 1);
        input.where = assembler.condition_of({step.wants_same ? Opcode::kTestEqual : Opcode::kTestDiffer, 0,
                                              0, slot_operand(1), other.bits(), 0});
      }
      if (knows_reads) {
        input.read_by = 0;
        for (std::uint32_t k = 0; k < rule.steps.size(); ++k) {
          if (rule.steps[k].reads == static_cast<int>(i)) input.read_by |= std::uint64_t{1} << k;
        }
      }
      state.inputs.push_back(input);
    }
    data.states = {late, prompt, state};
    for (std::uint32_t i = 0; i < 3; ++i) data.rules[i].state = i;
  }

  Assembler assembler;
};

std::string event_of(const EventRow& row) { return std::to_string(row.time) + " " + row.id; }

/// Every match by brute force, from the definitions of the manual.
class Plain {
 public:
  Plain(const RuleCase& rule, const std::vector<RowCase>& rows, int key, std::int64_t decided)
      : rule_(rule), decided_(decided) {
    for (const RowCase& row : rows) {
      if (row.keys.count(key) != 0) rows_.push_back(row);
    }
    std::sort(rows_.begin(), rows_.end(),
              [](const RowCase& a, const RowCase& b) { return compare(*a.row, *b.row) < 0; });
    for (std::size_t i = 0; i < rule_.steps.size(); ++i) {
      if (!rule_.steps[i].absent) present_.push_back(i);
    }
  }

  Answer answer() {
    match_.resize(rule_.steps.size());
    choose(0);
    Answer answer;
    for (const auto& [event, best] : best_) {
      std::string text;
      for (std::size_t i = 0; i < best.size(); ++i) {
        for (const std::size_t at : best[i]) text += "s" + std::to_string(i) + "=" + rows_[at].row->at + " ";
      }
      answer[event] = text;
    }
    return answer;
  }

 private:
  using Match = std::vector<std::vector<std::size_t>>;  ///< per step its rows, in order

  std::int64_t time(std::size_t at) const { return rows_[at].row->time; }

  bool fits(std::size_t at, std::size_t step) const {
    const StepCase& asked = rule_.steps[step];
    const RowCase& row = rows_[at];
    const std::uint32_t alert = row.row->alert_rule;
    const bool is_kind = alert == kNoIndex ? asked.events
                         : alert == kAlert ? asked.alerts
                                           : asked.late_alerts;
    if (!is_kind || (row.fits >> step & 1) == 0) return false;
    if (asked.reads < 0) return true;
    const auto& other = match_[static_cast<std::size_t>(asked.reads)];
    return (rows_[other.back()].x == row.x) == asked.wants_same;
  }

  void choose(std::size_t next) {
    if (next == present_.size()) {
      judge();
      return;
    }
    pick(next, 0);
  }

  void pick(std::size_t next, std::size_t from) {
    const std::size_t step = present_[next];
    if (match_[step].size() == static_cast<std::size_t>(rule_.steps[step].times)) {
      if (holds(next)) choose(next + 1);
      return;
    }
    for (std::size_t at = from; at < rows_.size(); ++at) {
      if (!fits(at, step) || used(at)) continue;
      match_[step].push_back(at);
      pick(next, at + 1);
      match_[step].pop_back();
    }
  }

  bool used(std::size_t at) const {
    for (const auto& step : match_) {
      for (const std::size_t other : step) {
        if (rows_[other].row->is_same_event(*rows_[at].row)) return true;
      }
    }
    return false;
  }

  bool holds(std::size_t next) const {
    const std::size_t step = present_[next];
    const StepCase& asked = rule_.steps[step];
    const auto& own = match_[step];
    if (asked.times_in > 0 && time(own.back()) - time(own.front()) >= asked.times_in) return false;
    if (next == 0 || !rule_.in_order) return true;
    const auto& before = match_[present_[next - 1]];
    if (time(own.front()) < time(before.back())) return false;
    return asked.within == 0 || time(own.back()) - time(before.back()) < asked.within;
  }

  bool is_of(std::size_t at, const std::vector<std::size_t>& own) const {
    return std::any_of(own.begin(), own.end(),
                       [&](std::size_t other) { return rows_[other].row->is_same_event(*rows_[at].row); });
  }

  bool is_absent(std::size_t step) const {
    const StepCase& asked = rule_.steps[step];
    for (std::size_t at = 0; at < rows_.size(); ++at) {
      if (!fits(at, step)) continue;
      if (step > 0 && is_of(at, match_[step - 1])) continue;
      if (step + 1 < match_.size() && is_of(at, match_[step + 1])) continue;
      const std::int64_t when = time(at);
      if (step == 0) {
        const std::int64_t then = time(match_[1].back());
        if (then - asked.within < when && when <= then) return false;
        continue;
      }
      const std::int64_t before = time(match_[step - 1].back());
      if (when < before || (asked.within > 0 && when - before >= asked.within)) continue;
      if (step + 1 == match_.size() || when <= time(match_[step + 1].back())) return false;
    }
    return true;
  }

  void judge() {
    std::int64_t first = INT64_MAX, last = INT64_MIN;
    std::size_t completing = 0;
    for (const auto& step : match_) {
      for (const std::size_t at : step) {
        first = std::min(first, time(at));
        last = std::max(last, time(at));
        completing = std::max(completing, at);
      }
    }
    if (last - first >= rule_.within) return;
    if (rule_.in_order) completing = match_[present_.back()].back();
    for (std::size_t step = 0; step < match_.size(); ++step) {
      if (rule_.steps[step].absent && !is_absent(step)) return;
    }
    const StepCase& end = rule_.steps.back();
    if (end.absent && time(completing) + end.within > decided_) return;
    const std::string event = event_of(*rows_[completing].row);
    const auto [entry, is_first] = best_.try_emplace(event, match_);
    if (!is_first && newness(match_) > newness(entry->second)) entry->second = match_;
  }

  /// Compares as matches do: steps backward by their last event, then what stands beside those.
  std::vector<std::size_t> newness(const Match& match) const {
    std::vector<std::size_t> order;
    const std::size_t shared = rule_.in_order ? 1 : 0;
    for (std::size_t i = present_.size() - shared; i-- > 0;) order.push_back(match[present_[i]].back());
    std::size_t completing = 0;
    for (const auto& step : match) {
      for (const std::size_t at : step) completing = std::max(completing, at);
    }
    order.push_back(rule_.in_order ? match[present_.back()].back() : completing);
    for (std::size_t i = present_.size(); i-- > 0;) {
      const auto& own = match[present_[i]];
      order.insert(order.end(), own.rbegin() + 1, own.rend());
    }
    return order;
  }

  const RuleCase& rule_;
  const std::int64_t decided_;
  std::vector<RowCase> rows_;
  std::vector<std::size_t> present_;
  Match match_;
  std::map<std::string, Match> best_;
};

RuleCase random_rule(Random& random) {
  RuleCase rule;
  rule.in_order = random.chance(75);
  rule.within = 2 + random.below(7);
  const int count = rule.in_order ? 2 + random.below(4) : 2 + random.below(2);
  bool was_absent = false;
  bool many = false;
  for (int i = 0; i < count; ++i) {
    StepCase step;
    step.absent = rule.in_order && !was_absent && random.chance(35);
    was_absent = step.absent;
    if (step.absent) {
      if (i == 0 || i + 1 == count || random.chance(20)) step.within = 1 + random.below(5);
    } else {
      if (random.chance(many ? 20 : 35)) step.times = 2 + random.below(2);
      many = many || step.times > 1;
      if (step.times > 1 && random.chance(50)) step.times_in = 1 + random.below(4);
      if (i > 0 && rule.in_order && random.chance(25)) step.within = 1 + random.below(4);
    }
    const int kinds = random.below(10);
    step.events = kinds < 8;
    step.alerts = kinds > 6;
    step.late_alerts = kinds > 7;
    std::vector<int> before;
    for (int k = 0; k < i; ++k) {
      if (!rule.steps[static_cast<std::size_t>(k)].absent) before.push_back(k);
    }
    if (!before.empty() && random.chance(45)) {
      step.reads = before[static_cast<std::size_t>(random.below(static_cast<int>(before.size())))];
      step.wants_same = random.chance(70);
    }
    rule.steps.push_back(step);
  }
  const auto present =
      std::count_if(rule.steps.begin(), rule.steps.end(), [](const StepCase& s) { return !s.absent; });
  return present == 0 ? random_rule(random) : rule;
}

std::vector<RowCase> random_rows(Random& random, std::size_t inputs) {
  std::vector<RowCase> rows;
  const int count = 3 + random.below(8);
  const int times = 1 + random.below(8);
  const int fits = 25 + random.below(65);
  for (int i = 0; i < count; ++i) {
    RowCase row;
    auto event = std::make_shared<EventRow>();
    event->class_name = "event";
    const bool is_alert = !rows.empty() && random.chance(20);
    if (is_alert) {
      row = rows[static_cast<std::size_t>(random.below(static_cast<int>(rows.size())))];
      if (row.row->alert_rule != kNoIndex) continue;
      *event = *row.row;
      event->alert_rule = random.chance(50) ? kAlert : kLateAlert;
      if (event->alert_rule == kLateAlert) event->time += random.below(4);
      append_value(event->values, Value::of_string("rule"));
      append_value(event->values, Value::of_string("high"));
      append_value(event->values, Value::of_int(50));
    } else {
      event->time = random.below(times);
      event->id = std::string(1, static_cast<char>('a' + random.below(26))) + std::to_string(i);
      row.x = random.below(2 + random.below(2));
      row.keys = random.chance(80)   ? std::set<int>{1}
                 : random.chance(50) ? std::set<int>{2}
                                     : std::set<int>{1, 2};
      std::vector<Value> keys;
      for (const int key : row.keys) keys.push_back(Value::of_int(key));
      append_value(event->values, Value::of_list(keys));
      append_value(event->values, Value::of_int(row.x));
      for (std::size_t k = 0; k < kMostInputs; ++k) {
        const bool holds = k < inputs && random.chance(fits);
        if (holds) row.fits |= std::uint64_t{1} << k;
        append_value(event->values, Value::of_bool(holds));
      }
    }
    event->at = std::to_string(i);
    const bool repeats = std::any_of(rows.begin(), rows.end(),
                                     [&](const RowCase& other) { return compare(*other.row, *event) == 0; });
    if (repeats) continue;
    row.row = event;
    rows.push_back(row);
  }
  return rows;
}

/// What stands, gathered from changes.
class Ledger {
 public:
  void take(std::vector<FiringChange>& changes) {
    for (const FiringChange& change : changes) {
      const Firing& firing = change.firing;
      const std::string key = firing.alert.key["key"].dump();
      std::string text;
      for (const Evidence& evidence : firing.alert.evidence) text += evidence.step + "=" + evidence.at + " ";
      std::string& standing =
          standing_[key + " " + std::to_string(firing.alert.time) + " " + firing.event_id];
      if (change.stands) {
        CHECK(standing.empty());
        standing = text;
      } else {
        CHECK(standing == text);
        standing.clear();
      }
    }
    changes.clear();
  }
  Answer answer(int key, std::int64_t wait) const {
    Answer answer;
    const std::string begin = std::to_string(key) + " ";
    for (const auto& [name, text] : standing_) {
      if (text.empty() || name.compare(0, begin.size(), begin) != 0) continue;
      std::string rest = name.substr(begin.size());
      const std::size_t space = rest.find(' ');
      answer[std::to_string(std::stoll(rest.substr(0, space)) - wait) + rest.substr(space)] = text;
    }
    return answer;
  }

 private:
  std::map<std::string, std::string> standing_;
};

std::string described(const RuleCase& rule, const std::vector<RowCase>& rows) {
  std::string text = rule.in_order ? "sequence" : "together";
  text += " within " + std::to_string(rule.within) + "\n";
  for (const StepCase& step : rule.steps) {
    text += step.absent ? "  not" : "  step";
    text += " times " + std::to_string(step.times) + " in " + std::to_string(step.times_in) + " within " +
            std::to_string(step.within) + " reads " + std::to_string(step.reads) +
            (step.wants_same ? " same" : " other") + (step.events ? " events" : "") +
            (step.alerts ? " alerts" : "") + (step.late_alerts ? " late" : "") + "\n";
  }
  for (const RowCase& row : rows) {
    text += "  " + row.row->at + ": " + event_of(*row.row) + " fits " + std::to_string(row.fits) + " x " +
            std::to_string(row.x) + " keys";
    for (const int key : row.keys) text += " " + std::to_string(key);
    if (row.row->alert_rule != kNoIndex) text += row.row->alert_rule == kAlert ? " alert" : " late alert";
    text += "\n";
  }
  return text;
}

std::string shown(const Answer& answer) {
  std::string text;
  for (const auto& [event, match] : answer) text += event + ": " + match + "\n";
  return text;
}

/// Gives the rows of a case to a rule and compares what stands, again and again. False when something
/// differs.
bool run_case(std::uint64_t seed) {
  INFO("seed ", seed);
  Random random(seed);
  const RuleCase rule = random_rule(random);
  const std::vector<RowCase> rows = random_rows(random, rule.steps.size());
  Compiled compiled(rule, random.chance(70));
  test::Machine machine(compiled.assembler);
  EngineOptions options;
  EngineStats stats;
  RowJudge judge(machine.program, machine.vm, machine.context, options, stats);
  StateStats counts;
  const StateData& state = machine.program.data().states[2];
  auto under_test = make_rule_state(state, "", 0, judge, counts);

  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random.engine());
  const int lateness = random.chance(40) ? 0 : random.below(6);
  const bool settles = random.chance(60);
  if (settles) {  // as late as that allows
    std::multimap<std::int64_t, std::size_t> by_time;
    for (const std::size_t i : order) by_time.emplace(rows[i].row->time / (lateness + 1), i);
    std::transform(by_time.begin(), by_time.end(), order.begin(), [](const auto& row) { return row.second; });
  }
  const std::int64_t wait = rule.steps.back().absent ? rule.steps.back().within : 0;
  std::vector<RowCase> there;
  std::int64_t horizon = INT64_MIN, decided = INT64_MIN;
  Ledger ledger;
  std::vector<FiringChange> out;
  const GiveFiring give = [&](FiringChange change) { out.push_back(std::move(change)); };
  const auto change_of = [&](const Row& row, bool added) {
    return RowChange{row, added, judge.inputs_taking(state, *row, "", 0)};
  };
  const auto compares = [&] {
    ledger.take(out);
    if (counts.partials_dropped > 0) return true;  // many rows of one time, and alerts that come later
    for (const int key : {1, 2}) {
      const Answer wanted = Plain(rule, there, key, decided).answer();
      const Answer given = ledger.answer(key, wait);
      if (wanted == given) continue;
      INFO("seed ", seed, " key ", key, "\n", described(rule, there), "wanted\n", shown(wanted), "given\n",
           shown(given));
      CHECK(false);
      return false;
    }
    return true;
  };
  std::size_t at = 0;
  while (at < order.size()) {
    std::vector<RowChange> changes;
    for (int more = 1 + random.below(3); more > 0 && at < order.size(); --more, ++at) {
      const RowCase& row = rows[order[at]];
      changes.push_back(change_of(row.row, true));
      there.push_back(row);
      if (random.chance(10)) changes.push_back(change_of(row.row, true));
    }
    if (random.chance(25) && !there.empty()) {
      const auto gone = static_cast<std::size_t>(random.below(static_cast<int>(there.size())));
      if (there[gone].row->time >= horizon) {
        changes.push_back(change_of(there[gone].row, false));
        if (random.chance(50)) {
          order.push_back(order[0]);  // comes again
          for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows[i].row == there[gone].row) order.back() = i;
          }
        }
        there.erase(there.begin() + static_cast<std::ptrdiff_t>(gone));
      }
    }
    under_test->apply(changes, give);
    if (settles) {
      std::int64_t next = INT64_MAX;
      for (std::size_t i = at; i < order.size(); ++i) next = std::min(next, rows[order[i]].row->time);
      std::int64_t newest = INT64_MIN;
      for (const RowCase& row : there) newest = std::max(newest, row.row->time);
      const std::int64_t safe = std::min(next, newest);
      if (safe > horizon && random.chance(80)) {
        if (random.chance(70)) {
          decided = std::max(decided, safe);
          under_test->advance(safe, give);
        }
        horizon = safe;
        under_test->settle(horizon);
      }
    } else if (random.chance(20)) {
      decided = std::max<std::int64_t>(decided, random.below(10));
      under_test->advance(decided, give);
    }
    if (!compares()) return false;
    const std::int64_t earliest = under_test->next_deadline();
    CHECK((earliest > decided || earliest == INT64_MAX));
    if (random.chance(20)) {
      std::string saved, again;
      under_test->save(saved);
      auto loaded = make_rule_state(state, "", 0, judge, counts);
      BytesReader bytes(saved);
      REQUIRE(loaded->load(bytes, RowLayouts(machine.program.data())));
      REQUIRE(bytes.at_end());
      loaded->save(again);
      CHECK(saved == again);
      CHECK(loaded->next_deadline() == earliest);
      under_test = std::move(loaded);
      if (!saved.empty()) {  // what is broken is refused, or read as something else
        std::string broken = saved;
        for (int i = 1 + random.below(3); i > 0; --i)
          broken[static_cast<std::size_t>(random.below(static_cast<int>(broken.size())))] ^=
              static_cast<char>(1 << random.below(8));
        if (random.chance(30))
          broken.resize(static_cast<std::size_t>(random.below(static_cast<int>(broken.size()))));
        StateStats others;
        auto other = make_rule_state(state, "", 0, judge, others);
        BytesReader broken_bytes(broken);
        if (!other->load(broken_bytes, RowLayouts(machine.program.data()))) CHECK(other->bytes() == 0);
        const GiveFiring ignored = [](const FiringChange&) {};
        std::vector<RowChange> all;
        for (const RowCase& row : rows) all.push_back(change_of(row.row, true));
        other->apply(all, ignored);
        other->advance(INT64_MAX, ignored);
        other->settle(INT64_MAX);
      }
    }
  }
  decided = 1000;
  under_test->advance(decided, give);
  if (!compares()) return false;
  CHECK(under_test->undecided() == 0);
  under_test->settle(2000);
  CHECK(under_test->bytes() == 0);
  CHECK(counts.events_dropped == 0);
  return true;
}

TEST_CASE("sequence and together against every combination of events") {
  const char* const given = std::getenv("SHRIKE_CASES");
  const char* const from = std::getenv("SHRIKE_SEED");
  const std::uint64_t cases = given != nullptr ? std::stoull(given) : 20'000;
  const std::uint64_t first = from != nullptr ? std::stoull(from) : 1;
  int failures = 0;
  for (std::uint64_t seed = first; seed < first + cases && failures < 3; ++seed) {
    if (!run_case(seed)) ++failures;
  }
}

}  // namespace
}  // namespace shrike
