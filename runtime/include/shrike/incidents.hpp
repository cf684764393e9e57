// Alerts that belong together, as incidents. A pure function over alerts, whatever engine or run they are of;
// the order in which they are given changes nothing.
//   shrike::StandingAlerts standing;                   // standing.add(alert) for each alert of the run
//   for (const shrike::Incident& incident : shrike::group_incidents(standing.take())) …
// Read next: alert.hpp for what an alert says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <nlohmann/json.hpp>

#include "shrike/alert.hpp"

namespace shrike {

/// How far an intruder is, in the order in which mailbox takeovers go.
enum class Stage : std::uint8_t {
  kInitialAccess,  ///< password, phished sign-in, device code, consent
  kSession,        ///< what is done with a stolen session, looking around included
  kPersistence,    ///< what lets him stay unseen: rules, methods, rights, weakened protection
  kCollection,     ///< mail and files read, forwarded, taken
  kFraud,          ///< mail in the victim's name, traces of it erased
  kOther,          ///< not known: no technique, or one of no tactic
};
std::string_view name_of(Stage stage);  ///< "initial_access", …, "other"

/// The stage of an alert: that of its first ATT&CK technique that has one. So a rule names first the
/// technique that tells how far the intruder is. A technique has the earliest stage of its tactics, but for
/// the few that a table in incidents.cpp names (T1539 Steal Web Session Cookie is `session`, though its
/// tactic is Credential Access).
Stage stage_of(const Alert& alert);

/// Whom and what alerts are about, each named once, in the spelling of its first mention: those that most
/// alerts name first, then in the order of mention.
struct Entities {
  std::vector<std::string> users, mailboxes, sessions, addresses, apps;
  std::uint64_t left_out = 0;  ///< names beyond 1000 of a kind
};

/// What an alert names: fields of its key and `show` called `user`, `account`, `actor`, `target`, `mailbox`,
/// `session`, `ip` or `app`, or ending in one of these after an underscore (`entry_session`), and the users,
/// mailboxes and applications that its responses act on. Texts of more than 320 bytes name nobody, nor do
/// names that stand for many ("Unknown", "NT AUTHORITY\SYSTEM"); `target` must be an address.
Entities entities_of(const Alert& alert);

struct IncidentOptions {
  /// Alerts about the same user, mailbox or session belong together when no more time than this, in
  /// nanoseconds, lies between one and the next.
  std::int64_t gap = std::int64_t{72} * 3600 * 1'000'000'000;
};

/// An event of an incident's alerts.
struct IncidentEvent {
  Evidence event;
  Stage stage = Stage::kOther;          ///< of the alert nearest to it in time, of several the one with least
                                        ///< evidence: so a chain does not take the events of its parts
  Severity severity = Severity::kInfo;  ///< of the worst alert that fired on it, else of that alert
  bool fired = false;                   ///< an alert fired on it; else it is what came before
  std::string alert;                    ///< id of the alert whose stage it has
};

struct Incident {
  std::string id;  ///< of the tenant and the first alert: the same as long as that is the first
  std::string tenant;
  std::int64_t first = 0, last = 0;  ///< times of the first and last alert
  Severity severity = Severity::kInfo;
  int score = 0;
  Entities entities;
  std::vector<Stage> stages;          ///< of its events, in order, each once, without kOther
  std::vector<std::string> alerts;    ///< ids, in the order of time, rule, id
  std::vector<IncidentEvent> events;  ///< in the order of time, class, id
};

/// Groups alerts:
/// - Two alerts of one tenant belong together when both name the same user, mailbox or session and lie within
///   `gap`, or when they rest on the same event. A mailbox counts as the user of that address. A shared
///   address or application joins nothing. All that hangs together so is one group.
/// - Alerts without a tenant count as of the one that the others name, if they name one only.
/// - Alerts of severity low bring nothing together: each joins the group of the nearest alert that it belongs
///   to, if there is one. Those of severity info and withdrawn ones are left out.
/// - A group is an incident when an alert of it is high or critical, or when its alerts are of two rules.
/// The score of an incident is the highest of its alerts, and 5 more for each stage after the first, up to
/// 100; its severity is the highest of its alerts, or what the score says if that is more. The worst come
/// first: by severity, score, first alert, id. Of alerts with the same id one is taken.
std::vector<Incident> group_incidents(std::span<const Alert> alerts, const IncidentOptions& options = {});

/// The NDJSON object {"kind": "incident", id, first, last, severity, score, entities, stages, alerts}.
nlohmann::ordered_json to_json(const Incident& incident);

/// The alerts of a run that stand at its end, in bounded memory: when there are more, the worst are kept (by
/// severity, score, then the earliest), the same ones in every order.
class StandingAlerts {
 public:
  explicit StandingAlerts(std::size_t max_bytes = std::size_t{64} << 20) : max_bytes_(max_bytes) {}

  /// Opens, changes or withdraws an alert, by its id.
  void add(const Alert& alert);
  /// Alerts that stand but were too many to be kept.
  std::uint64_t left_out() const { return left_out_; }
  /// Gives them all away, in the order of time, rule, id.
  std::vector<Alert> take();

 private:
  /// Smaller is worse.
  using Rank = std::tuple<int, int, std::int64_t, std::string>;
  static Rank rank_of(const Alert& alert);
  bool is_beyond(const Rank& rank) const { return left_out_ != 0 && rank >= bound_; }
  void remove(const std::string& id);

  std::size_t max_bytes_, bytes_ = 0;
  std::map<Rank, Alert> kept_;
  std::unordered_map<std::string, Rank> rank_by_id_;
  Rank bound_;  ///< the worst that was left out
  std::uint64_t left_out_ = 0;
};

}  // namespace shrike
