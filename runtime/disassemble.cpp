// The readable listing of a program: rules, exceptions, sources and unwraps, each with its units. How one
// instruction reads is in instruction_text.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "runtime/aggregate_table.hpp"
#include "runtime/instruction_text.hpp"
#include "runtime/opcodes.hpp"
#include "runtime/program_data.hpp"
#include "runtime/time_text.hpp"

namespace shrike {
namespace {

class Listing {
 public:
  explicit Listing(const Program& program) : program_(program), data_(program.data()) {}

  std::string all() {
    put("program {}, language {}, bytecode {}\n", program_.hash(), kLanguageVersion, kBytecodeVersion);
    put("{} rules, {} sources, {} units, {} instructions, {} constants\n", data_.rules.size(),
        data_.sources.size(), data_.units.size(), data_.code.size(), data_.constants.size());
    for (const UnwrapData& unwrap : data_.unwraps) add(unwrap);
    for (std::uint32_t s = 0; s < data_.sources.size(); ++s) add_source(s);
    for (std::uint32_t r = 0; r < data_.rules.size(); ++r) add_rule(r);
    return std::move(out_);
  }

  std::string one(std::string_view name) {
    for (std::uint32_t r = 0; r < data_.rules.size(); ++r) {
      if (data_.rules[r].name == name) add_rule(r);
    }
    return std::move(out_);
  }

 private:
  template <class... Arguments>
  void put(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
  }

  std::string place(std::uint32_t file, std::uint32_t line) const {
    return file < data_.files.size() ? fmt::format("{}:{}", plain(data_.files[file]), line) : std::string();
  }

  void add(const UnwrapData& unwrap) {
    put("\nunwrap {}\n", plain(unwrap.name));
    add_unit("accept", unwrap.accept);
    std::string path = "raw";
    for (const std::string& name : data_.paths[unwrap.path]) path += "." + plain(name);
    put("  raw = {}\n", path);
  }

  void add_source(std::uint32_t index) {
    const SourceData& source = data_.sources[index];
    put("\nsource {}: {}   order {}\n", plain(source.name), plain(data_.classes[source.event_class].name),
        source.order);
    if (source.accept != kNoIndex) add_unit("accept", source.accept);
    for (std::uint32_t slot = 0; slot < source.units.size(); ++slot) {
      // What every source computes alike belongs to a rule.
      const std::uint32_t unit = source.units[slot];
      if (unit != kNoIndex && (data_.units[unit].source == index || !is_let_of_rule(slot))) {
        add_unit(plain(data_.slots[slot].name), unit);
      }
    }
  }

  bool is_let_of_rule(std::uint32_t slot) const {
    const std::string_view name = data_.slots[slot].name;
    const auto rule = std::find_if(data_.rules.begin(), data_.rules.end(), [&](const RuleData& r) {
      return name.size() > r.name.size() && name.starts_with(r.name) && name[r.name.size()] == '.';
    });
    return rule != data_.rules.end();
  }

  void add_rule(std::uint32_t index) {
    const RuleData& rule = data_.rules[index];
    put("\nrule {} {}   {}   {}\n", plain(rule.name), quoted_short(rule.title), name_of(rule.severity),
        place(rule.file, rule.line));
    file_ = rule.file;
    for (const GuardData& guard : rule.guards) add_guard(guard);
    add_lets(rule);
    if (rule.where != kNoIndex) add_unit("where", rule.where);
    if (rule.state != kNoIndex) add_state(rule.state);
    if (rule.score != kNoIndex) add_unit("score", rule.score);
    if (rule.say_values != kNoIndex) add_unit("say", rule.say_values);
    if (rule.show_values != kNoIndex) add_unit("show", rule.show_values);
    if (rule.quiet_keys != kNoIndex) add_unit("quiet by", rule.quiet_keys);
    for (const RespondData& respond : rule.respond) {
      if (respond.unit != kNoIndex) add_unit("respond " + plain(respond.action), respond.unit);
    }
    for (const ExceptionData& exception : data_.exceptions) {
      if (exception.rule != index) continue;
      put("  except {}{}\n", quoted_short(exception.title), exception.drop ? "   drop" : "");
      if (exception.where != kNoIndex) add_unit("where", exception.where);
      if (exception.score != kNoIndex) add_unit("score", exception.score);
    }
  }

  std::string time_of(const DurationData& duration) const {
    return duration.param != kNoIndex ? plain(data_.params[duration.param].name)
                                      : format_duration(duration.nanoseconds);
  }
  static bool is_given(const DurationData& duration) {
    return duration.param != kNoIndex || duration.nanoseconds != 0;
  }

  /// What the rule remembers: its keys, what goes in, what is kept of it, and what is asked of that.
  void add_state(std::uint32_t number) {
    const StateData& state = data_.states[number];
    if (state.kind != StateKind::kEvent) {
      std::string keys;
      for (std::size_t i = 0; i < state.key_names.size(); ++i)
        keys += (i == 0 ? "" : ", ") + plain(state.key_names[i]) + (state.key_cased[i] != 0 ? " cased" : "");
      put("  each {} within {}\n", keys, time_of(state.within));
    }
    if (state.kind == StateKind::kSequence) put("  sequence\n");
    if (state.kind == StateKind::kTogether) put("  together\n");
    for (std::size_t i = 0; i < state.inputs.size(); ++i) add_input(state.inputs[i], i);
    for (std::size_t i = 0; i < state.columns.size(); ++i) {
      const ColumnData& column = state.columns[i];
      put("  column {} of every kept event{}{}\n", i, column.told_apart ? ", told apart" : "",
          column.values == kNoIndex ? ": only that it is there" : "");
      if (column.where != kNoIndex) add_unit("column where", column.where);
      if (column.values != kNoIndex) add_unit("column values", column.values);
    }
    for (std::uint32_t i = 0; i < data_.aggregates.size(); ++i) {
      if (data_.aggregates[i].state == number) add_aggregate(i);
    }
    if (state.when != kNoIndex) add_unit("when", state.when);
  }

  void add_input(const InputData& input, std::size_t number) {
    std::string from;
    const auto more = [&](const std::string& text) { from += (from.empty() ? "" : ", ") + text; };
    for (const std::uint32_t event_class : input.classes) more(plain(data_.classes[event_class].name));
    for (const std::uint32_t rule : input.alerts) more("alert " + plain(data_.rules[rule].name));
    if (input.step.empty() && !input.absent) {
      put("  takes {}\n", from);
    } else {
      put("  step {} {}{}: {}", number, input.absent ? "not " : "", plain(input.step), from);
      if (input.times_param != kNoIndex) {
        put(" times {}", plain(data_.params[input.times_param].name));
      } else if (input.times != 1) {
        put(" times {}", input.times);
      }
      if (is_given(input.times_in)) put(" in {}", time_of(input.times_in));
      if (is_given(input.within)) put(" within {}", time_of(input.within));
      put("\n");
    }
    if (input.filter != kNoIndex) add_unit("filter", input.filter);
    if (input.keys != kNoIndex) add_unit("keys", input.keys);
    if (input.where != kNoIndex) add_unit("where, with steps before", input.where);
  }

  void add_aggregate(std::uint32_t number) {
    const AggregateData& aggregate = data_.aggregates[number];
    const AggregateRow& row = row_of(aggregate.function);
    put("  aggregate {}: {}", number, row.name);
    if (aggregate.function == Aggregate::kStepCount) {
      put(" {}", plain(data_.states[aggregate.state].inputs[aggregate.column].step));
    } else if (row.has_column) {
      put(" of column {}", aggregate.column);
    }
    if (is_given(aggregate.last)) put(", last {}", time_of(aggregate.last));
    if (aggregate.scan_where != kNoIndex) put(", asking each kept event");
    put("   ({})\n", row.help);
    for (const auto& [title, unit] :
         {std::pair("own values", aggregate.values), std::pair("percentage", aggregate.number),
          std::pair("unit of time", aggregate.bucket), std::pair("where, with this", aggregate.scan_where),
          std::pair("values, with this", aggregate.scan_values), std::pair("until", aggregate.scan_until),
          std::pair("of those alike in", aggregate.scan_key)}) {
      if (unit != kNoIndex) add_unit(title, unit);
    }
  }

  void add_guard(const GuardData& guard) {
    const std::string event_class = plain(data_.classes[guard.event_class].name);
    if (guard.slot == kNoIndex) {
      put("  on {}\n", event_class);
      return;
    }
    if (guard.constants.empty() && guard.lists.empty()) {
      put("  on {} never\n", event_class);
      return;
    }
    std::string texts;
    const auto more = [&](const std::string& text) { texts += (texts.empty() ? "" : ", ") + text; };
    for (std::uint32_t constant : guard.constants) more(constant_text(data_, constant));
    for (std::uint32_t list : guard.lists) more(plain(data_.lists[list].name));
    put("  on {} where {} in {}\n", event_class, plain(data_.slots[guard.slot].name), texts);
  }

  void add_lets(const RuleData& rule) {
    const std::string prefix = rule.name + ".";
    for (std::uint32_t slot = 0; slot < data_.slots.size(); ++slot) {
      if (!data_.slots[slot].name.starts_with(prefix)) continue;
      for (const SourceData& source : data_.sources) {
        if (source.units[slot] == kNoIndex) continue;
        add_unit("let " + plain(data_.slots[slot].name.substr(prefix.size())), source.units[slot]);
        break;
      }
    }
  }

  void add_unit(const std::string& title, std::uint32_t index) {
    const UnitData& unit = data_.units[index];
    if (!listed_.insert(index).second) {
      put("  {:<28} unit {}, above\n", title, index);
      return;
    }
    put("  {:<28} unit {}, cost {}, {} register{}\n", title, index, unit.cost, unit.registers,
        unit.registers == 1 ? "" : "s");
    const auto code = std::span(data_.code).subspan(unit.first, unit.count);
    std::vector<bool> is_target(code.size(), false);
    for (const Instruction& i : code) {
      if (jumps(i)) is_target[i.target] = true;
    }
    unsigned indent = 0;
    PositionData last{kNoIndex, 0, 0};
    for (std::uint32_t at = 0; at < code.size(); ++at) {
      const Instruction& i = code[at];
      if (i.opcode == Opcode::kNext && indent > 0) --indent;
      std::string position;
      if (!data_.positions.empty()) {
        const PositionData& here = data_.positions[unit.first + at];
        if (here.file != last.file || here.line != last.line || here.column != last.column) {
          position = here.line == 0 ? "" : fmt::format("{}:{}", here.line, here.column);
          last = here;
          if (here.line != 0) note_file(here.file);
        }
      }
      put("{:>10} {} {:>4}  {:{}}{}", position, is_target[at] ? '>' : ' ', at, "", indent * 2,
          instruction_text(data_, i));
      if (jumps(i)) put(" -> {}", i.target);
      put("\n");
      if (i.opcode == Opcode::kLoop) ++indent;
    }
  }

  /// Positions are of the file that was named last: the rule's, or that of a `def` written elsewhere.
  void note_file(std::uint32_t file) {
    if (file == file_ || file >= data_.files.size()) return;
    put("      in {}\n", plain(data_.files[file]));
    file_ = file;
  }

  static bool jumps(const Instruction& i) { return kOpcodes[static_cast<std::size_t>(i.opcode)].jumps; }

  const Program& program_;
  const ProgramData& data_;
  std::string out_;
  std::set<std::uint32_t> listed_;
  std::uint32_t file_ = kNoIndex;
};

}  // namespace

std::string disassemble(const Program& program, std::string_view rule) {
  Listing listing(program);
  return rule.empty() ? listing.all() : listing.one(rule);
}

}  // namespace shrike
