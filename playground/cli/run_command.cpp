// `shrike run`: what is to be run over what, and what the run ends with.
// Read next: run_session.hpp for the run itself.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "playground/cli/alert_printer.hpp"
#include "playground/cli/commands.hpp"
#include "playground/cli/diagnostics_text.hpp"
#include "playground/cli/engine_setup.hpp"
#include "playground/cli/exit_codes.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/progress.hpp"
#include "playground/cli/report_page.hpp"
#include "playground/cli/rule_set.hpp"
#include "playground/cli/run_session.hpp"
#include "playground/cli/safe_text.hpp"
#include "playground/cli/suggestions.hpp"
#include "playground/cli/terminal.hpp"
#include "playground/cli/text_layout.hpp"
#include "runtime/program_data.hpp"
#include "runtime/time_text.hpp"

namespace shrike::cli {
namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 5> kSeverities{"info", "low", "medium", "high", "critical"};
constexpr std::array<std::string_view, 2> kMoments{"early", "final"};
constexpr std::size_t kMostState = std::size_t{8} << 30;

struct RunOptions {
  std::vector<std::string> inputs, rules, settings, only;
  std::vector<std::string> lateness, geo;
  std::string format = "human", output, report, rejects, stats, fail_on, decide, tenant, memory, state;
  bool quiet = false;
};

/// What the words of the command line mean.
struct RunPlan {
  AlertFormat format = AlertFormat::kHuman;
  std::optional<Severity> fail_on;
  EngineOptions engine;
  std::vector<std::string> inputs;
};

bool is_inside(const std::string& file, const std::string& folder) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(fs::absolute(file, error), error);
  const fs::path outer = fs::weakly_canonical(fs::absolute(folder, error), error);
  if (error) return false;
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// A file that is written must not be read in the same run.
std::optional<std::string> clash(std::string_view option, const std::string& file,
                                 const std::vector<std::string>& read) {
  std::error_code error;
  if (file.empty() || file == "-" || (fs::exists(file, error) && !fs::is_regular_file(file, error)))
    return std::nullopt;
  for (const std::string& path : read) {
    if (path == "-" || !is_inside(file, path)) continue;
    return fmt::format("{} '{}' would be read in this run: it is {} '{}'", option, file,
                       fs::is_directory(path, error) ? "inside" : "the same file as", path);
  }
  return std::nullopt;
}

/// However the two are spelt, and through links.
bool is_same_file(const std::string& a, const std::string& b) {
  if (a == b) return true;
  std::error_code error;
  if (fs::exists(a, error) && fs::exists(b, error)) return fs::equivalent(a, b, error);
  const fs::path one = fs::weakly_canonical(fs::absolute(a, error), error);
  return !one.empty() && one == fs::weakly_canonical(fs::absolute(b, error), error);
}

std::optional<std::string> wrong_input(const RunOptions& options) {
  if (auto message = no_records(options.inputs)) return message;
  const std::array<std::pair<std::string_view, const std::string*>, 4> written{
      {{"--output", &options.output},
       {"--rejects", &options.rejects},
       {"--report", &options.report},
       {"--state", &options.state}}};
  for (std::size_t i = 0; i < written.size(); ++i) {
    const auto& [option, file] = written[i];
    if (auto message = clash(option, *file, options.inputs)) return message;
    for (const auto* read : {&options.rules, &options.settings, &options.geo}) {
      for (const std::string& path : *read) {
        if (!file->empty() && is_same_file(*file, path))
          return fmt::format("{} '{}' would be read in this run: it is '{}'", option, *file, path);
      }
    }
    if (i == 0 || file->empty()) continue;
    bool is_alone = *file != "-";
    for (std::size_t other = 0; other < i; ++other)
      is_alone = is_alone && (written[other].second->empty() || !is_same_file(*file, *written[other].second));
    if (!is_alone) return fmt::format("{} needs a file of its own", option);
  }
  return std::nullopt;
}

tl::expected<RunPlan, std::string> plan_of(const RunOptions& options) {
  RunPlan plan;
  if (auto wrong = wrong_choice("--format", options.format, kAlertFormats)) return tl::unexpected(*wrong);
  plan.format = static_cast<AlertFormat>(
      std::find(kAlertFormats.begin(), kAlertFormats.end(), options.format) - kAlertFormats.begin());
  if (!options.stats.empty()) {
    static constexpr std::array<std::string_view, 2> kStats{"text", "json"};
    if (auto wrong = wrong_choice("--stats", options.stats, kStats)) return tl::unexpected(*wrong);
  }
  if (!options.fail_on.empty()) {
    if (auto wrong = wrong_choice("--fail-on", options.fail_on, kSeverities)) return tl::unexpected(*wrong);
    plan.fail_on = severity_from(options.fail_on);
  }
  if (auto wrong = set_memory(plan.engine, options.memory)) return tl::unexpected(*wrong);
  for (const std::string& given : options.lateness) {
    const std::size_t equals = given.find('=');
    const auto duration =
        equals == std::string::npos ? std::nullopt : parse_duration(given.substr(equals + 1));
    if (!duration || *duration < 0)
      return tl::unexpected(
          fmt::format("--lateness takes SOURCE=DURATION, such as ual_audit=24h, not `{}`", given));
    plan.engine.lateness[given.substr(0, equals)] = *duration;
  }
  plan.engine.tenant = options.tenant;
  plan.inputs = options.inputs;
  if (plan.inputs.empty()) plan.inputs.emplace_back("-");
  if (auto wrong = wrong_input(options)) return tl::unexpected(*wrong);
  const bool has_stream = std::find(plan.inputs.begin(), plan.inputs.end(), "-") != plan.inputs.end();
  plan.engine.decide = has_stream ? Decide::kEarly : Decide::kFinal;
  if (!options.decide.empty()) {
    if (auto wrong = wrong_choice("--decide", options.decide, kMoments)) return tl::unexpected(*wrong);
    plan.engine.decide = options.decide == "early" ? Decide::kEarly : Decide::kFinal;
  }
  return plan;
}

/// From a .shrikec; the exit code when it cannot be used.
tl::expected<Program, int> compiled_program(const RunOptions& options) {
  if (options.rules.size() > 1) {
    return tl::unexpected(
        wrong_usage("run", "a .shrikec is a whole rule set: no other --rules can be given with it"));
  }
  if (!options.settings.empty()) {
    return tl::unexpected(wrong_usage("run",
                                      "--settings cannot change a .shrikec: compile the settings in, with "
                                      "`shrike compile RULES SETTINGS -o FILE.shrikec`"));
  }
  auto program = load_compiled(options.rules.front());
  if (program && !options.only.empty()) {
    if (auto unknown = unknown_rule(options.only, rule_names(*program))) {
      say_error(*unknown);
      return tl::unexpected<int>(kUsage);
    }
    program = keep_only(*program, options.only);
  }
  if (!program) {
    say_error(program.error());
    return tl::unexpected<int>(kUsage);
  }
  return std::move(*program);
}

tl::expected<Program, int> program_of(const RunOptions& options) {
  if (std::any_of(options.rules.begin(), options.rules.end(), is_compiled)) return compiled_program(options);
  const auto rules = read_rules(options.rules, options.settings);
  if (!rules) {
    say_error(rules.error());
    return tl::unexpected<int>(kUsage);
  }
  if (!options.only.empty()) {
    if (auto unknown = unknown_rule(options.only, rule_names(rules->files))) {
      say_error(*unknown);
      return tl::unexpected<int>(kUsage);
    }
  }
  CompileOptions compile_options;
  compile_options.only = options.only;
  auto compiled = compile(rules->files, compile_options);
  if (!compiled) {
    print_errors(compiled.error(), rules->files);
    return tl::unexpected<int>(kUsage);
  }
  const bool is_standard = options.rules.empty() && options.settings.empty();
  if (!is_standard && !options.quiet) mention_warnings(relevant(std::move(compiled->warnings), *rules));
  return std::move(compiled->program);
}

/// A source that --lateness names but nobody declares.
std::optional<std::string> unknown_source(const EngineOptions& options, const Program& program) {
  std::vector<std::string_view> names;
  for (const SourceData& source : program.data().sources) {
    if (source.accept != kNoIndex) names.push_back(source.name);
  }
  for (const auto& [name, lateness] : options.lateness) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      return fmt::format("--lateness: there is no source `{}`{}", name, did_you_mean(name, names));
  }
  return std::nullopt;
}

/// What a file keeps of the run before; a file that is not there is a beginning. False when it is of no use.
bool load_state(Engine& engine, const std::string& path) {
  std::error_code error;
  if (path.empty() || !fs::exists(path, error)) return true;
  const auto bytes = read_file(path, kMostState);
  const Expected<void> loaded = bytes ? engine.load_state(*bytes) : tl::unexpected(bytes.error());
  if (loaded) return true;
  say_error(fmt::format("--state: '{}': {}", path, loaded.error().message));
  return false;
}

/// An input with an end goes on from another's end: what is older than that comes too late, however late it
/// may be by its source.
bool has_missed_events(const RunPlan& plan, const RunCounts& counts) {
  return plan.engine.decide == Decide::kFinal && counts.engine.late_events != 0;
}

/// That some events name no tenant, and are not put together with those that name one; empty where they are.
std::string tenants_text(const EngineStats& stats, const std::string& given) {
  if (stats.tenantless_events == 0 || stats.tenant_events == 0) return {};
  // Of several tenants it may well be one of them.
  if (!given.empty() && (!stats.is_one_tenant || stats.tenant_named == given)) return {};
  const std::string events = counted(stats.tenantless_events, "event");
  const std::string tenant = safe_text(stats.tenant_named, 100);
  return stats.is_one_tenant
             ? fmt::format(
                   "no tenant is named by {}, so rules do not put them together with those of tenant {}; "
                   "--tenant {} says that they are its own",
                   events, tenant, tenant)
             : fmt::format(
                   "no tenant is named by {}, so rules do not put them together with those of the "
                   "tenants that others name; --tenant NAME says whose they are",
                   events);
}

/// What a user should know although it is no error.
void say_notes(const RunCounts& counts, const RunOptions& options, const RunPlan& plan) {
  if (counts.rejected != 0) {
    say_warning(fmt::format("{} could not be judged ({}){}", counted(counts.rejected, "record"),
                            listed(counts.rejects),
                            options.rejects.empty() ? "; --rejects FILE writes them down" : ""));
  }
  if (counts.engine.is_incomplete())
    say_warning("the result is incomplete: limits of memory were reached; --stats tells which");
  if (counts.left_out_of_incidents != 0)
    say_warning(fmt::format("{} were too many to be kept: incidents and the report have the worst only",
                            counted(counts.left_out_of_incidents, "alert")));
  if (has_missed_events(plan, counts))
    say_warning(
        fmt::format("{} of before the end of an earlier run came now, and rules that remember did not see "
                    "them; --decide early takes what comes late",
                    counted(counts.engine.late_events, "event")));
  for (const auto& [title, count] : counts.engine.met_expired) {
    say_warning(fmt::format("the exception \"{}\" is past its end: {} would have met it", title,
                            counted(count, "firing")));
  }
  if (counts.passed_over > 1)
    say_warning(fmt::format("{} in all were passed over: they are no regular files",
                            counted(counts.passed_over, "file")));
  if (options.quiet) return;
  if (counts.engine.late_events != 0 && !has_missed_events(plan, counts))
    say_note(fmt::format("{} came too late for rules that remember; see --lateness",
                         counted(counts.engine.late_events, "event")));
  if (const std::string text = tenants_text(counts.engine, plan.engine.tenant); !text.empty()) say_note(text);
  if (counts.records == 0 && counts.failed_inputs == 0) {
    say_note("the input holds no record");
  } else if (counts.engine.unclaimed != 0 && counts.engine.unclaimed == counts.records - counts.rejected) {
    say_note(fmt::format(
        "none of the {} is of a kind that these rules know: are they logs of Microsoft 365 or Entra ID, "
        "as exported or as their API gives them?",
        counted(counts.engine.unclaimed, "record")));
  }
}

/// The worst of what happened. A broken pipe is the reader's own decision.
int exit_code(const RunPlan& plan, const RunSession& session, const RunCounts& counts, int written) {
  if (session.failure()) {
    say_error(session.failure()->message);
    return kFailed;
  }
  if (written != kDone) return written;
  if (plan.fail_on && counts.alerts.at_least(*plan.fail_on) != 0) return kFound;
  if (counts.engine.rejects.contains(std::string(name_of(RejectReason::kLimit))) ||
      counts.engine.is_incomplete() || has_missed_events(plan, counts))
    return kIncomplete;
  return counts.failed_inputs != 0 || counts.rejected != 0 ? kUnread : kDone;
}

int run(const RunOptions& options) {
  auto plan = plan_of(options);
  if (!plan) return wrong_usage("run", plan.error());
  if (options.inputs.empty() && is_terminal(STDIN_FILENO)) {
    return wrong_usage("run", "no input: name files or folders of logs, or pipe records in");
  }
  auto program = program_of(options);
  if (!program) return program.error();

  auto geo = open_geo(options.geo);
  if (!geo) {
    say_error(geo.error());
    return kUsage;
  }
  plan->engine.geo = *std::move(geo);

  if (const auto unknown = unknown_source(plan->engine, *program)) return wrong_usage("run", *unknown);
  const auto begin = std::chrono::steady_clock::now();
  Engine engine(std::move(*program), plan->engine);
  if (!load_state(engine, options.state)) return kUsage;

  auto output = Output::open(options.output);
  std::optional<Expected<Output>> rejects;
  if (!options.rejects.empty()) rejects.emplace(Output::open(options.rejects));
  for (const auto* file : {&output, rejects ? &*rejects : nullptr}) {
    if (file == nullptr || *file) continue;
    say_error(file->error().message);
    return kFailed;
  }

  AlertPrinter printer(*output, plan->format, engine.program());
  Progress progress(!options.quiet && is_terminal(STDERR_FILENO));
  RunSession session(engine, printer, *output, rejects ? &**rejects : nullptr, progress);
  session.run(plan->inputs, plan->engine.limits);

  RunCounts counts = session.counts();
  if (plan->engine.geo) {
    const auto files = plan->engine.geo->files();
    counts.geo.assign(files.begin(), files.end());
  }
  counts.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  printer.group();
  counts.incidents = printer.incidents().size();
  counts.left_out_of_incidents = printer.left_out();
  if (!session.failure()) printer.print_end(counts);
  int written = close_output(*output);
  // Whose alerts are out has the next run begin behind them, whatever becomes of the report.
  if (!options.state.empty() && !session.failure() && written == kDone) {
    if (const auto saved = replace_file(options.state, engine.save_state()); !saved) {
      say_error(saved.error().message);
      written = kFailed;
    }
  }
  if (!options.report.empty() && !session.failure() && written == kDone) {
    const std::string page =
        report_page({printer.incidents(), printer.standing(), printer.left_out(), counts, engine.program()});
    if (const auto saved = replace_file(options.report, page); !saved) {
      say_error(saved.error().message);
      written = kFailed;
    }
  }
  if (rejects) {
    const int rejects_written = close_output(**rejects);
    if (written == kDone) written = rejects_written;
  }
  if (written != kBrokenPipe) say_notes(counts, options, *plan);
  if (options.stats == "text") fmt::print(stderr, "{}", stats_text(counts));
  if (options.stats == "json") fmt::print(stderr, "{}", json_line(stats_json(counts)));
  return exit_code(*plan, session, counts, written);
}

constexpr std::string_view kDescription =
    "Judges records by rules and gives alerts. Inputs are files, folders (every file in them) or - for "
    "standard input, in "
    "any form in which Microsoft 365 and Entra ID logs are exported: NDJSON, JSON arrays, {\"value\": "
    "[...]}, CSV with AuditData; "
    "plain, gzip or zstd. The form is found out, not asked for.";

constexpr std::string_view kFooter = R"(Examples:
  shrike run export.csv
      the rules of the standard library over one export
  shrike run --settings contoso.shrike --fail-on high logs/
      with a tenant's lists and exceptions; exit code 1 after a high alert
  shrike run --report march.html logs/
      and a page to show to others
  zcat day.json.gz | shrike run --format ndjson --rules my-rules/ -
      own rules over a stream, alerts as they happen

Exit codes:
  0  done
  1  an alert at or above --fail-on
  2  wrong usage, or rules that do not compile
  3  some input could not be read, or records were rejected; all else was done
  4  incomplete: judging a record needed more than is allowed, or what rules
     remember had to be forgotten
  5  output could not be written, or an internal error
Of several the order is 5, 1, 4, 3.)";

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* const command = app.add_subcommand("run", std::string(kDescription));
  command->footer(std::string(kFooter));
  command->add_option("INPUT", options->inputs,
                      "Files, folders, or - for standard input (also when there is none)");

  const std::string what = "What is run";
  command
      ->add_option("--rules", options->rules,
                   "Rules to run instead of the standard library's: a folder, a .shrike file or one "
                   ".shrikec; repeatable. " +
                       std::string(kCompletionHelp))
      ->type_name("PATH")
      ->allow_extra_args(false)
      ->group(what);
  command->add_option("--only", options->only, "Run just these rules; separated by commas, repeatable")
      ->type_name("RULE,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(what);
  add_surroundings(*command, {options->settings, options->tenant, options->geo}, what);

  const std::string out = "What comes out";
  command
      ->add_option("--format", options->format,
                   "human; ndjson (one JSON object per alert, and at the end per incident); ocsf (Detection "
                   "Findings of OCSF 1.4.0) or ecs (documents of ECS 8.11), one per alert")
      ->type_name("FORMAT")
      ->group(out);
  command->add_option("--output", options->output, "Write alerts to a file instead of standard output")
      ->type_name("FILE")
      ->group(out);
  command
      ->add_option(
          "--report", options->report,
          "Also write a report to a file: one HTML page of incidents with their course, evidence and "
          "recommended responses, and of alerts by rule and user")
      ->type_name("FILE.html")
      ->group(out);
  command
      ->add_option("--rejects", options->rejects,
                   "Write records that could not be judged to a file: NDJSON with file, line, offset, "
                   "reason, detail, text")
      ->type_name("FILE")
      ->group(out);
  command
      ->add_flag(
          "--stats{text}", options->stats,
          "Counts at the end, on standard error: records by source, rejects, alerts by rule; as text or JSON")
      ->option_text("[=json]")
      ->group(out);
  command
      ->add_option("--fail-on", options->fail_on,
                   "Exit code 1 when an alert is this severe or more: info, low, medium, high, critical")
      ->type_name("SEVERITY")
      ->group(out);
  command->add_flag("--quiet", options->quiet, "No progress and no notes on standard error")->group(out);

  const std::string how = "How it is run";
  command
      ->add_option(
          "--decide", options->decide,
          "early: alerts at once, in the order of the input; final: at the end, in the order of the events. "
          "Without it, final for files and early for standard input")
      ->type_name("WHEN")
      ->group(how);
  command
      ->add_option("--memory", options->memory,
                   "Memory for what rules remember and for what waits for the end, such as 512M (so without "
                   "it). Beyond it "
                   "what waits goes to a temporary file, and keys used longest ago are forgotten and counted")
      ->type_name("SIZE")
      ->group(how);
  command
      ->add_option("--lateness", options->lateness,
                   "How far behind the newest event those of a source may come, for streams: ual_audit=24h; "
                   "repeatable")
      ->type_name("SOURCE=DUR")
      ->allow_extra_args(false)
      ->group(how);
  command
      ->add_option(
          "--state", options->state,
          "What rules remember: read at the start where the file is there, written at the end. Daily "
          "exports run one by one then share baselines. Where events come in a later export than their "
          "day's, add "
          "--decide early")
      ->type_name("FILE")
      ->group(how);
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace shrike::cli
