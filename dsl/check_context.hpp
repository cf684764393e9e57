// The inside of the checker: one object that walks all declarations, and the scope in which an expression is
// read. Only check*.cpp include this. The members are defined by topic: check.cpp (order of work),
// check_names.cpp (global names), check_types.cpp (types as written), check_expr.cpp, check_reference.cpp,
// check_compare.cpp, check_call.cpp, check_aggregate.cpp (expressions), check_constant.cpp and check_list.cpp
// (constants, lists, tables), check_class.cpp, check_source.cpp, check_rule.cpp, check_steps.cpp,
// check_settings.cpp, check_test.cpp (declarations).
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dsl/check.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/model.hpp"
#include "dsl/nearest.hpp"
#include "dsl/type_rules.hpp"

namespace shrike {

/// Depth of expressions that the checker follows; the parser refuses most deeper ones before.
inline constexpr unsigned kMaxExprDepth = 600;
inline constexpr std::size_t kMaxLets = 1000;
inline constexpr std::size_t kMaxParams = 1000;
inline constexpr std::size_t kMaxSteps = 64;
inline constexpr std::size_t kMaxKeys = 64;
inline constexpr std::size_t kMaxListValues = 1'000'000;
/// Parts of an expression once its calls of `def`s are written out.
inline constexpr std::uint64_t kMaxExpanded = 200'000;
/// Messages about one file; what comes after is not listed.
inline constexpr std::size_t kMaxMessagesPerFile = 100;

/// A variable of a quantifier or comprehension, or a parameter of a `def`.
struct Local {
  std::string_view name;
  Type type;
  Span span;
};

/// A key of a rule's `each` as conditions after the steps, and named keys everywhere, see it.
struct KeyName {
  std::string name;
  Type type;
  Span span;
  bool named = false;  ///< `name = …`, visible in `when` too
};

/// The path of an assignment as it is written, `inbox_rule.name`, and the place where it stands.
std::string join_path(const std::vector<ast::Name>& path);
Span span_of(const std::vector<ast::Name>& path);

/// Where an expression stands; decides about aggregates and the words of messages.
enum class ExprPlace : std::uint8_t {
  kOn,
  kKey,
  kWhen,
  kStep,
  kScore,
  kSay,
  kShow,
  kQuiet,
  kRespond,
  kException,
  kLet,  // of rules
  kSource,
  kUnwrap,
  kDef,
  kDefault,
  kConstant,
};
std::string_view name_of(ExprPlace place);

/// What a name may mean. Cheap to copy but for its vectors; those that are shared are pointed to.
struct NameScope {
  ExprPlace place = ExprPlace::kOn;
  std::vector<std::uint32_t> classes;  ///< bare names may be their fields
  std::vector<std::uint32_t> alerts;   ///< rules whose alerts are read (their classes stand in `classes`)
  bool fields = false;                 ///< `class` and fields mean something here
  bool raw = false;                    ///< `raw` is the record
  std::uint32_t rule = kNoIndex;       ///< whose params are seen
  const std::vector<ast::Let>* lets = nullptr;
  const std::vector<Type>* let_types = nullptr;  ///< those that are checked
  const std::unordered_map<std::string_view, std::uint32_t>* let_index = nullptr;
  const std::vector<std::uint8_t>* let_aggregates = nullptr;  ///< which of them hold an aggregate
  const std::vector<KeyName>* keys = nullptr;
  bool bare_names_are_keys = false;      ///< after the steps
  const ast::Rule* step_rule = nullptr;  ///< the rule whose steps are seen, or null
  std::size_t steps_seen = 0;            ///< number of its steps that come before
  const ast::Step* own_step = nullptr;   ///< the step whose condition this is
  bool has_state = false;                ///< the rule has `each`
  bool is_partial = false;               ///< some of its names are not known, which has been said
  bool in_aggregate = false;
  std::vector<Local> locals;
};

class Checker {
 public:
  Checker(Model& model, const SourceFiles& sources, const FileLoader& loader, Diagnostics& diagnostics)
      : model_(model), sources_(sources), loader_(loader), diagnostics_(diagnostics) {}

  void run();

 private:
  struct Global {
    std::string_view kind;  ///< "list", "rule", …
    std::uint32_t index = 0;
    Span span;
  };

  // ---- messages
  template <class... Args>
  Diagnostic& report(DiagnosticId id, Span where, const Args&... args) {
    return add(make_diagnostic(id, where, args...));
  }
  Diagnostic& add(Diagnostic diagnostic);
  /// A name that nothing declares; silent when its declaration may stand in text that could not be read.
  template <class... Args>
  Diagnostic& report_undeclared(DiagnosticId id, Span where, std::string_view name, const Args&... args) {
    Diagnostic diagnostic = make_diagnostic(id, where, args...);
    return lost_names_.contains(name) ? dropped_ = std::move(diagnostic) : add(std::move(diagnostic));
  }
  /// A declaration and the words of which it lacks one; with no words, anything.
  struct Lack {
    Span declaration;
    std::initializer_list<std::string_view> words;
  };
  /// Something that a declaration lacks; silent when it may stand in text that could not be read.
  template <class... Args>
  Diagnostic& report_lack(const Lack& lack, DiagnosticId id, Span where, const Args&... args) {
    Diagnostic diagnostic = make_diagnostic(id, where, args...);
    return may_be_unread(lack) ? dropped_ = std::move(diagnostic) : add(std::move(diagnostic));
  }
  bool may_be_unread(const Lack& lack) const;
  void collect_unread();
  /// Adds "did you mean" with a repair when a candidate is near; `otherwise` is the help when none is.
  void suggest_name(Diagnostic& diagnostic, Span where, std::string_view written,
                    const std::vector<std::string_view>& candidates, std::string otherwise = {});
  std::string_view text_at(Span span) const;

  // ---- names (check_names.cpp)
  void declare_globals();
  bool declare(const ast::Name& name, std::string_view kind, std::size_t index);
  void report_twice(const ast::Name& name, std::string_view kind, const Global& first);
  bool is_standard(Span span) const;
  const Global* find_global(std::string_view name) const;
  const Global* find_global(std::string_view name, std::string_view kind) const;
  std::vector<std::string_view> globals_of(std::string_view kind) const;
  /// `otherwise`: the help where no rule has a similar name.
  std::uint32_t find_rule_or_report(const ast::Name& name, const std::string& otherwise = "");
  std::uint32_t find_class_or_report(const ast::Name& name);

  // ---- types (check_types.cpp)
  std::optional<Type> resolve_type(const ast::TypeExpr& type);
  std::optional<TypeKind> resolve_scalar(const ast::Name& name, std::string_view holder);

  // ---- classes (check_class.cpp)
  void check_classes();
  void add_fields(ClassInfo& info, const std::vector<ast::FieldDecl>& fields, const std::string& prefix);
  void add_field(ClassInfo& info, const ast::FieldDecl& field, const std::string& name, const Type& type);
  void check_defaults();
  void check_default_cycles(const ClassInfo& info);
  std::uint32_t intern_field(const std::string& name, const Type& type, const ast::FieldDecl& decl);

  // ---- defs (check_call.cpp)
  void check_defs();
  void check_recursion();

  // ---- constants, lists, tables
  std::optional<ast::Literal> constant(ast::Expr& expr, const Type& type, std::string_view what);
  std::optional<std::vector<ast::Literal>> constants(ast::Expr& expr, const Type& list,
                                                     std::string_view what);
  bool append_list_value(ast::Expr& item, TypeKind element, std::vector<ast::Literal>& out);
  void check_lists();
  void resolve_list(std::uint32_t index);
  void check_tables();
  std::optional<std::string> load_file(const ast::Text& from);
  std::optional<ast::Literal> parse_literal(std::string_view text, TypeKind kind) const;
  std::optional<std::int64_t> positive_duration(ast::Expr* expr, NameScope& scope, std::string_view what);

  // ---- expressions
  Type infer(ast::Expr& expr, NameScope& scope);
  Type infer_kind(ast::Expr& expr, NameScope& scope);
  Type infer_literal(ast::Expr& expr);
  Type infer_list(ast::Expr& expr, NameScope& scope, bool ragged);
  Type infer_comprehension(ast::Expr& expr, NameScope& scope);
  Type infer_arithmetic(ast::Expr& expr, NameScope& scope);
  Type infer_negate(ast::Expr& expr, NameScope& scope);
  Type infer_coalesce(ast::Expr& expr, NameScope& scope);
  Type infer_if(ast::Expr& expr, NameScope& scope);
  Type infer_has(ast::Expr& expr, NameScope& scope);
  Type infer_quantifier(ast::Expr& expr, NameScope& scope);
  void condition(ast::Expr* expr, NameScope& scope);
  /// Checks that a value may stand where `expected` is wanted; `what` names the place for the message, may be
  /// empty.
  bool expect(ast::Expr& expr, NameScope& scope, const Type& expected);
  bool expect_fits(const ast::Expr& expr, const Type& actual, const Type& expected);
  bool push_local(NameScope& scope, std::string_view name, Span span, const Type& type);
  std::optional<Type> element_to_visit(const ast::Expr& list, std::string_view word);
  std::optional<Type> list_type(Span where, const Type& element);
  void widen_literal(ast::Expr& expr, const Type& to);
  /// A repair that wraps an expression in a conversion, where one gives `to`.
  void offer_conversion(Diagnostic& diagnostic, const ast::Expr& expr, const Type& from, const Type& to);

  // ---- names and members (check_reference.cpp)
  Type infer_name(ast::Expr& expr, NameScope& scope);
  Type infer_member(ast::Expr& expr, NameScope& scope);
  Type infer_index(ast::Expr& expr, NameScope& scope);
  Type infer_star(ast::Expr& expr, NameScope& scope);
  /// A name that is no field: local, `raw`, `let`, parameter, key, list, table. Nothing when it is none of
  /// these.
  std::optional<Type> plain_name(ast::Expr& expr, const NameScope& scope);
  bool is_plain_name(std::string_view name, const NameScope& scope) const;
  std::optional<Type> let_name(ast::Expr& expr, const NameScope& scope);
  /// A field of these classes, or what an alert tells of itself; annotates `expr`.
  std::optional<Type> field_named(ast::Expr& expr, const std::string& path,
                                  const std::vector<std::uint32_t>& classes, bool alerts);
  bool has_field(const std::string& path, const std::vector<std::uint32_t>& classes, bool alerts) const;
  Type field_chain(ast::Expr& expr, const std::vector<std::string_view>& names, std::size_t skip,
                   NameScope& scope, const NameScope& owner, std::string_view owner_name);
  Type unknown_name(const ast::Expr& expr, const NameScope& scope);
  Type unknown_field(const ast::Expr& expr, const std::string& path,
                     const std::vector<std::uint32_t>& classes, std::string_view owner);
  Type member_of_value(ast::Expr& expr, const Type& base);
  Type step_alone(const ast::Expr& expr, const NameScope& scope);
  std::size_t step_index(std::string_view name, const NameScope& scope) const;
  bool step_is_seen(const ast::Expr& root, std::size_t step, const NameScope& scope);
  std::string owner_text(const std::vector<std::uint32_t>& classes) const;
  bool is_record(std::string_view path, const std::vector<std::uint32_t>& classes) const;
  Type record_as_value(const ast::Expr& expr, const std::string& path,
                       const std::vector<std::uint32_t>& classes);
  std::string record_fields(const std::string& path, const std::vector<std::uint32_t>& classes) const;
  std::optional<std::string> taken_by(std::string_view name, const NameScope& scope, Span& where) const;

  // ---- comparison (check_compare.cpp)
  Type infer_compare(ast::Expr& expr, NameScope& scope);
  void compare_equal(ast::Expr& expr);
  void compare_order(ast::Expr& expr);
  void compare_in(ast::Expr& expr);
  void compare_text(ast::Expr& expr);
  void compare_matches(ast::Expr& expr, NameScope& scope);
  void check_cased(const ast::Expr& expr);
  void report_never_equal(const ast::Expr& left, const ast::Expr& right, const Type& a, const Type& b);
  void check_regex(const ast::Expr& pattern);

  // ---- calls (check_call.cpp, check_aggregate.cpp)
  Type infer_call(ast::Expr& expr, NameScope& scope);
  Type call_def(ast::Expr& expr, std::uint32_t def);
  Type call_function(ast::Expr& expr);
  Type infer_aggregate(ast::Expr& expr, NameScope& scope);
  bool aggregate_allowed(const ast::Expr& expr, const NameScope& scope);
  Type aggregate_type(ast::Expr& expr, const std::vector<Type>& arguments);

  // ---- declarations
  void check_sources();
  void check_source(SourceInfo& info);
  void check_unwraps();
  void declare_params();
  void check_params(std::uint32_t rule);
  void collect_rule_classes();
  void check_alert_cycles();
  /// Fills rule_alert_classes_; rules that are read come before those that read them.
  void collect_alert_classes(const std::vector<std::uint32_t>& order);
  NameScope scope_of(std::uint32_t rule, ExprPlace place);
  void check_rule(std::uint32_t rule);
  void check_clauses(const ast::Rule& rule);
  void check_severity_and_attack(const ast::Rule& rule);
  void resolve_classes(const std::vector<ast::ClassRef>& refs, NameScope& scope, bool report_unknown);
  void check_lets(std::uint32_t rule, NameScope& scope);
  void check_names_of_rule(std::uint32_t rule, const NameScope& scope);
  void check_new_name(const ast::Name& name, const NameScope& scope);
  void check_keys(std::uint32_t rule, const NameScope& scope);
  void check_key_type(const ast::Expr& expr, const Type& type, std::string_view what);
  void check_outputs(std::uint32_t rule);
  void check_score(const std::vector<ast::ExprPtr>& amounts, NameScope& scope);
  void check_amount(ast::Expr& expr, NameScope& scope);
  void check_template(const ast::Template& text, NameScope& scope);
  void check_show(const ast::Rule& rule, NameScope& scope);
  void check_respond(const ast::Rule& rule, NameScope& scope);
  void check_printable(const ast::Expr& expr, std::string_view verb);
  void check_steps(std::uint32_t rule);
  void check_step_keys(std::uint32_t rule, std::size_t step);
  void check_step_forms(const ast::Rule& rule);
  void check_expanded(const ast::Expr* expr);
  NameScope scope_after(std::uint32_t rule, ExprPlace place);
  void check_settings();
  std::optional<SettingsInfo::Value> check_setting(const ast::Assignment& value);
  void check_excepts();
  void check_tests();
  void check_test_step(const ast::TestStep& step, std::uint32_t rule);
  void check_event_fields(const ast::TestStep& step, const std::vector<std::uint32_t>& classes,
                          std::string_view owner);
  void check_expected_fields(const ast::TestStep& step, std::uint32_t rule);
  void check_test_time(ast::Expr* at);
  void test_value(ast::Expr& value, const Type& type);

  /// Number of parts of an expression with its calls of `def`s written out; saturates.
  std::uint64_t expanded_size(const ast::Expr& expr) const;

  Model& model_;
  const SourceFiles& sources_;
  const FileLoader& loader_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string_view, Global> globals_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> fields_by_name_;
  std::map<std::uint32_t, std::size_t> messages_;  ///< per file
  Diagnostic dropped_;                             ///< takes what add() does not keep
  std::size_t dropped_count_ = 0;
  std::set<std::string, std::less<>> lost_names_;            ///< that unread text may declare
  std::multimap<std::uint32_t, const ast::Unread*> unread_;  ///< per file
  std::multimap<std::uint32_t, Span> mistaken_;              ///< per file: places of syntax mistakes
  unsigned depth_ = 0;
  std::vector<std::uint64_t> def_sizes_;
  std::vector<std::uint8_t> def_is_valid_;
  enum class Progress : std::uint8_t { kNone, kBusy, kDone };
  std::vector<Progress> list_progress_;
  std::vector<std::vector<std::uint32_t>> rule_alert_classes_;
  std::vector<std::vector<KeyName>> rule_keys_;
  std::vector<std::unordered_map<std::string_view, std::uint32_t>> rule_lets_;
  std::vector<std::vector<std::uint8_t>> rule_let_aggregates_;
  std::vector<Span> field_spans_;  ///< per field: where the first class declares it
  std::set<std::pair<const void*, std::string>> reported_fields_;  ///< differing types, said once per rule
  const void* current_ = nullptr;                                  ///< the declaration being checked
};

}  // namespace shrike
