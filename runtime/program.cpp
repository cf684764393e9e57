// Program: sealing (verify, then make the runtime forms), loading, saving. The file form is in
// program_file.cpp, the proof of safety in verifier.cpp.
#include "shrike/program.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "runtime/program_file.hpp"
#include "runtime/sealed_program.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/verifier.hpp"

namespace shrike {
namespace {

constexpr std::string_view kSeverities[] = {"info", "low", "medium", "high", "critical"};

/// Builds the runtime forms of a verified program.
class Sealer {
 public:
  explicit Sealer(Program::Sealed& out) : out_(out), data_(out.data) {}

  Expected<void> run() {
    make_constants();
    mark_searched_lists();
    if (auto done = make_indexes(); !done) return done;
    if (auto done = make_tables(); !done) return done;
    if (auto done = make_regexes(); !done) return done;
    for (const SourceData& source : data_.sources) {
      out_.class_names.push_back(text(data_.classes[source.event_class].name));
    }
    if (out_.storage.exhausted())
      return fail(ErrorCode::kLimit, "the constants of the program are too large");
    return {};
  }

 private:
  static Value text(std::string_view text, std::uint8_t flags = 0) {
    if (is_ascii(text)) flags |= Value::kAscii;
    return Value::of_string(text, flags);
  }

  Value value_of(const ConstantData& constant) {
    struct Visitor {
      Sealer& sealer;
      bool folded;
      Value operator()(std::monostate) const { return {}; }
      Value operator()(bool v) const { return Value::of_bool(v); }
      Value operator()(std::int64_t v) const { return Value::of_int(v); }
      Value operator()(double v) const { return Value::of_float(v); }
      Value operator()(const std::string& v) const {
        return text(v, folded ? Value::kFolded : std::uint8_t{0});
      }
      Value operator()(const ConstantData::Address& v) const { return Value::of_ip(&v.address); }
      Value operator()(const ConstantData::Network& v) const { return Value::of_cidr(&v.address, v.bits); }
      Value operator()(const ConstantData::Time& v) const { return Value::of_time(v.nanoseconds); }
      Value operator()(const ConstantData::Duration& v) const { return Value::of_duration(v.nanoseconds); }
      Value operator()(const ConstantData::List& v) const { return sealer.list_of(v, sealer.out_.constants); }
    };
    return std::visit(Visitor{*this, constant.folded}, constant.value);
  }

  Value list_of(const ConstantData::List& list, const std::vector<Value>& values) {
    Value* const items = out_.storage.allocate_array<Value>(list.items.size());
    if (items == nullptr) return {};
    for (std::size_t i = 0; i < list.items.size(); ++i) items[i] = values[list.items[i]];
    return Value::of_list({items, list.items.size()});
  }

  void make_constants() {
    out_.constants.reserve(data_.constants.size());
    out_.folded.reserve(data_.constants.size());
    for (const ConstantData& constant : data_.constants) {
      const Value value = value_of(constant);
      out_.constants.push_back(value);
      if (value.kind == Kind::kString) {
        out_.folded.push_back(text(fold_case(value.as_string(), out_.storage), Value::kFolded));
      } else if (const auto* list = std::get_if<ConstantData::List>(&constant.value); list != nullptr) {
        out_.folded.push_back(list_of(*list, out_.folded));
      } else {
        out_.folded.push_back(value);
      }
    }
  }

  void mark(std::uint32_t constant) {
    std::uint32_t& index = out_.index_of_constant[constant];
    if (index != kNoIndex || out_.constants[constant].kind != Kind::kList) return;
    index = static_cast<std::uint32_t>(searched_.size());
    searched_.push_back(constant);
  }

  /// Lists behind `in` are prepared: constants, and what any profile gives to a named list or a parameter.
  void mark_searched_lists() {
    out_.index_of_constant.assign(data_.constants.size(), kNoIndex);
    std::vector<bool> lists(data_.lists.size()), params(data_.params.size());
    for (const Instruction& i : data_.code) {
      if (i.opcode == Opcode::kTestIsOne && i.y < data_.constants.size()) mark(i.y);
      if (i.opcode != Opcode::kTestIn && i.opcode != Opcode::kTestNotIn) continue;
      const Operand y = Operand::from_bits(i.y);
      if (y.kind() == OperandKind::kConst && y.index() < data_.constants.size()) mark(y.index());
      if (y.kind() == OperandKind::kList && y.index() < lists.size()) lists[y.index()] = true;
      if (y.kind() == OperandKind::kParam && y.index() < params.size()) params[y.index()] = true;
    }
    for (const ProfileData& profile : data_.profiles) {
      for (std::size_t i = 0; i < lists.size(); ++i) {
        if (lists[i]) mark(profile.lists[i]);
      }
      for (std::size_t i = 0; i < params.size(); ++i) {
        if (params[i]) mark(profile.params[i]);
      }
    }
  }

  Expected<void> make_indexes() {
    for (std::uint32_t constant : searched_) {
      out_.indexes.push_back(std::make_unique<KeyIndex>(out_.constants[constant].as_list(), out_.storage));
      if (!out_.indexes.back()->ok())
        return fail(ErrorCode::kUnsafe, fmt::format("constant {}: a list made to be slow", constant));
    }
    return {};
  }

  Expected<void> make_tables() {
    out_.tables.resize(data_.tables.size());
    for (std::size_t i = 0; i < data_.tables.size(); ++i) {
      PreparedTable& table = out_.tables[i];
      for (const auto& [key, value] : data_.tables[i].entries) {
        table.keys.push_back(out_.constants[key]);
        table.values.push_back(out_.constants[value]);
      }
      table.index.emplace(table.keys, out_.storage);
      if (!table.index->ok())
        return fail(ErrorCode::kUnsafe, fmt::format("table {}: made to be slow", data_.tables[i].name));
    }
    return {};
  }

  Expected<void> make_regexes() {
    for (const RegexData& regex : data_.regexes) {
      re2::RE2::Options options;
      options.set_log_errors(false);
      options.set_case_sensitive(regex.cased);
      options.set_max_mem(ProgramLimit::kRegexMemory);
      out_.regexes.push_back(std::make_unique<re2::RE2>(regex.pattern, options));
      const re2::RE2& compiled = *out_.regexes.back();
      if (!compiled.ok()) {
        return fail(ErrorCode::kUnsafe,
                    fmt::format("regular expression {}: {}", regex.pattern, compiled.error()));
      }
    }
    return {};
  }

  Program::Sealed& out_;
  const ProgramData& data_;
  std::vector<std::uint32_t> searched_;
};

}  // namespace

std::string_view name_of(Severity severity) { return kSeverities[static_cast<std::size_t>(severity)]; }

std::optional<Severity> severity_from(std::string_view name) {
  const auto* found = std::find(std::begin(kSeverities), std::end(kSeverities), name);
  if (found == std::end(kSeverities)) return std::nullopt;
  return static_cast<Severity>(found - std::begin(kSeverities));
}

Severity severity_of_score(int score) {
  if (score < 20) return Severity::kInfo;
  if (score < 45) return Severity::kLow;
  if (score < 70) return Severity::kMedium;
  if (score < 90) return Severity::kHigh;
  return Severity::kCritical;
}

Program::Sealed::Sealed() = default;
Program::Sealed::~Sealed() = default;

std::uint32_t Program::Sealed::profile_of(std::string_view tenant) const {
  if (tenant.empty()) return 0;
  for (std::uint32_t i = 1; i < data.profiles.size(); ++i) {
    if (equal_caseless(data.profiles[i].tenant, tenant)) return i;
  }
  return 0;
}

Expected<Program> Program::seal(ProgramData data) {
  auto sealed = std::make_shared<Sealed>();
  for (const std::string& signature : data.functions) {
    const FunctionRow* row = find_function(signature);
    if (row == nullptr)
      return fail(ErrorCode::kVersion, fmt::format("this build has no function {}", signature));
    sealed->functions.emplace_back(*row);
  }
  sealed->data = std::move(data);
  const auto needs = verify(sealed->data, sealed->functions);
  if (!needs) return tl::unexpected(needs.error());
  if (!is_valid_text(sealed->data)) return fail(ErrorCode::kUnsafe, "text in the program is not UTF-8");
  sealed->stack_registers = needs->stack_registers;
  sealed->exceptions_of.resize(sealed->data.rules.size());
  for (std::uint32_t i = 0; i < sealed->data.exceptions.size(); ++i)
    sealed->exceptions_of[sealed->data.exceptions[i].rule].push_back(i);
  if (auto done = Sealer(*sealed).run(); !done) return tl::unexpected(done.error());
  sealed->hash = hash_program(sealed->data);
  return Program(std::move(sealed));
}

Expected<Program> Program::load(std::string_view bytes) {
  auto data = read_program(bytes);
  if (!data) return tl::unexpected(data.error());
  return seal(*std::move(data));
}

std::string Program::save() const { return write_program(sealed_->data); }

const ProgramData& Program::data() const { return sealed_->data; }

std::string_view Program::hash() const { return sealed_->hash; }

}  // namespace shrike
