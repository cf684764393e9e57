// `shrike explain`: why a rule fired on events, or did not.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>

#include "dsl/compilation.hpp"
#include "dsl/explainer.hpp"
#include "playground/cli/commands.hpp"
#include "playground/cli/diagnostics_text.hpp"
#include "playground/cli/engine_setup.hpp"
#include "playground/cli/exit_codes.hpp"
#include "playground/cli/explain_text.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/progress.hpp"
#include "playground/cli/rule_set.hpp"
#include "playground/cli/safe_text.hpp"
#include "playground/cli/suggestions.hpp"
#include "playground/cli/terminal.hpp"
#include "playground/cli/text_layout.hpp"
#include "shrike/reader.hpp"

namespace shrike::cli {
namespace {

constexpr std::array<std::string_view, 2> kFormats{"human", "json"};
/// Explanations that --all keeps: more is nothing to read, and has to stay in memory.
constexpr std::size_t kMostExplanations = 1000;

struct Options {
  std::string rule;
  std::vector<std::string> inputs, rules, settings, geo;
  std::string tenant, memory, format = "human", alert, event;
  std::size_t limit = 3;
  bool all = false;
};

/// Reads the inputs into the engine. What cannot be read is said and counted.
class Reading final : public RecordSink {
 public:
  explicit Reading(Engine& engine) : engine_(engine), progress_(is_terminal(STDERR_FILENO)) {}

  void run(const std::vector<std::string>& inputs, const ReadLimits& limits) {
    for (std::size_t i = 0; i < inputs.size() && !failure_; ++i) {
      progress_.begin_input(i + 1, inputs.size());
      if (const auto missing = inputs[i] == "-" ? std::nullopt : missing_path(inputs[i])) {
        fail_input(*missing);
        continue;
      }
      const auto read = read_input(inputs[i], limits, *this, [this](std::uint64_t done, std::uint64_t total) {
        progress_.set_bytes(done, total);
      });
      if (!read) fail_input(read.error().message);
    }
    progress_.clear();
    if (failure_) return;
    const auto finished = engine_.finish([](const Alert&) {});
    if (!finished) failure_ = finished.error();
  }

  bool record(std::string_view padded_text, const RecordPlace& place) override {
    const auto fed = engine_.feed_padded(padded_text, place);
    if (!fed && fed.error().code == ErrorCode::kIo) {
      failure_ = fed.error();
    } else if (!fed) {
      ++rejected_;
    }
    progress_.set_counts(engine_.stats().records, engine_.stats().firings);
    return !failure_;
  }
  void reject(const Reject&) override { ++rejected_; }
  void pass_over(std::string_view path) override {
    progress_.clear();
    say_warning(fmt::format("'{}' is no regular file and was passed over", path));
  }

  const std::optional<Error>& failure() const { return failure_; }
  std::uint64_t rejected() const { return rejected_; }
  bool has_failed_inputs() const { return failed_inputs_ != 0; }

 private:
  void fail_input(const std::string& message) {
    ++failed_inputs_;
    progress_.clear();
    say_error(message);
  }

  Engine& engine_;
  Progress progress_;
  std::uint64_t rejected_ = 0, failed_inputs_ = 0;
  std::optional<Error> failure_;
};

struct Explained {
  Program program;
  ExplainPlan plan;
};

/// The rule with its plan; the exit code when there is none.
tl::expected<Explained, int> compile_rule(const Options& options) {
  for (const std::string& path : options.rules) {
    if (is_compiled(path)) {
      say_error(fmt::format("'{}' is compiled; to explain a rule its text is needed", path));
      return tl::unexpected<int>(kUsage);
    }
  }
  const auto rules = read_rules(options.rules, options.settings);
  if (!rules) {
    say_error(rules.error());
    return tl::unexpected<int>(kUsage);
  }
  if (auto unknown = unknown_rule({options.rule}, rule_names(rules->files))) {
    say_error(*unknown);
    return tl::unexpected<int>(kUsage);
  }
  Analysis analysis = analyse(rules->files);
  std::optional<Program> program;
  ExplainPlan plan;
  plan.name = options.rule;
  if (!analysis.has_errors()) {
    GenerateOptions generate_options;
    generate_options.only = {options.rule};
    generate_options.explain = &plan;
    program = build(analysis.model, rules->files, generate_options, analysis.diagnostics);
  }
  if (!program) {
    print_errors(analysis.diagnostics, rules->files);
    return tl::unexpected<int>(kUsage);
  }
  return Explained{*std::move(program), std::move(plan)};
}

int explain(const Options& options) {
  if (auto wrong = wrong_choice("--format", options.format, kFormats)) return wrong_usage("explain", *wrong);
  if (auto wrong = no_records(options.inputs)) return wrong_usage("explain", *wrong);
  if (options.limit > kMostExplanations)
    return wrong_usage("explain", fmt::format("--limit takes a number up to {}", kMostExplanations));
  EngineOptions engine_options;
  if (auto wrong = set_memory(engine_options, options.memory)) return wrong_usage("explain", *wrong);
  std::vector<std::string> inputs = options.inputs;
  if (inputs.empty() && is_terminal(STDIN_FILENO))
    return wrong_usage("explain", "no input: name files or folders of logs, or pipe records in");
  if (inputs.empty()) inputs.emplace_back("-");

  auto compiled = compile_rule(options);
  if (!compiled) return compiled.error();
  auto geo = open_geo(options.geo);
  if (!geo) {
    say_error(geo.error());
    return kUsage;
  }
  ExplainOptions explain_options;
  explain_options.most = options.all ? kMostExplanations : options.limit;
  explain_options.alert = options.alert;
  explain_options.event = options.event;
  Explainer explainer(compiled->program, std::move(compiled->plan), explain_options);

  engine_options.decide = Decide::kFinal;
  engine_options.tenant = options.tenant;
  engine_options.geo = *std::move(geo);
  engine_options.observer = &explainer;
  Engine engine(std::move(compiled->program), engine_options);
  Reading reading(engine);
  reading.run(inputs, engine_options.limits);
  if (reading.failure()) {
    say_error(reading.failure()->message);
    return kFailed;
  }

  auto output = Output::open("");
  if (options.format == "json") {
    output->write(json_line(explain_json(explainer, engine.stats())));
  } else {
    const Style style(wants_colour(output->descriptor()));
    output->write(explain_text(explainer, engine.stats(), style, columns_of(output->descriptor())));
  }
  const int written = close_output(*output);
  if (written != kDone) return written;
  if (reading.rejected() != 0)
    say_warning(fmt::format("{} could not be judged", counted(reading.rejected(), "record")));
  if (engine.stats().is_incomplete())
    say_warning("the result is incomplete: limits of memory were reached; --memory allows more");
  const bool is_asked = !options.alert.empty() || !options.event.empty();
  if (is_asked && explain_options.most != 0 && explainer.best().empty()) {
    say_error(
        options.alert.empty()
            ? fmt::format("no event that `{}` looks at has the id `{}`", options.rule, options.event)
            : fmt::format("`{}` gives no alert with the id `{}` on this input", options.rule, options.alert));
    return kFound;
  }
  if (engine.stats().is_incomplete()) return kIncomplete;
  return reading.has_failed_inputs() || reading.rejected() != 0 ? kUnread : kDone;
}

constexpr std::string_view kFooter = R"(Examples:
  shrike explain rule_external_forward logs/
      the events that come closest to an alert, and what is lacking
  shrike explain --settings contoso.shrike --alert 5a3f09 rule_hides_mail logs/
      how an alert of a run came about; its id, or the beginning of it
  shrike explain --format json --all mass_send logs/ | jq .counts

Exit codes:
  0  done
  1  nothing has the id of --alert or --event
  2  wrong usage, or the rules do not compile
  3  some input could not be read, or records were rejected
  4  incomplete: what the rule remembers had to be forgotten
  5  output could not be written, or an internal error)";

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand(
      "explain",
      "Tells why a rule fires or does not: for the events that come closest, its conditions with the value "
      "of "
      "each part and the part that decided. Inputs are those of `run`; they are read to their end.");
  command->footer(std::string(kFooter));
  command->add_option("RULE", options->rule, "The rule to explain")->required();
  command->add_option("INPUT", options->inputs,
                      "Files, folders, or - for standard input (also when there is none)");
  const std::string what = "What is explained";
  command
      ->add_option("--rules", options->rules,
                   "Rules to look in instead of the standard library's: a folder or a .shrike file; "
                   "repeatable. " +
                       std::string(kCompletionHelp))
      ->type_name("PATH")
      ->allow_extra_args(false)
      ->group(what);
  add_surroundings(*command, {options->settings, options->tenant, options->geo}, what);
  command->add_option("--memory", options->memory, "Memory for what the rule remembers, as for `run`")
      ->type_name("SIZE")
      ->group(what);
  // A variable of a shell that holds nothing must not mean every event.
  const auto is_id = [](const std::string& id) { return id.empty() ? "an id is missing" : std::string(); };
  command->add_option("--alert", options->alert, "Only the alert with this id, or one that begins so")
      ->type_name("ID")
      ->check(is_id)
      ->group(what);
  command->add_option("--event", options->event, "Only events with this id")
      ->type_name("ID")
      ->check(is_id)
      ->group(what);
  const std::string out = "What comes out";
  command->add_option("--format", options->format, "human or json (one object)")
      ->type_name("FORMAT")
      ->group(out);
  command->add_option("--limit", options->limit, "How many events are explained; 3 without it")
      ->type_name("N")
      ->group(out);
  command->add_flag("--all", options->all, "Explain all events, up to 1000, the closest first")->group(out);
  command->callback([options, &action] { action = [options] { return explain(*options); }; });
}

}  // namespace shrike::cli
