// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/metrics_store.h"

#include "engine/support/check.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <utility>

namespace dinoscope {
namespace {

constexpr int kPatienceMs = 2000; ///< with another program that writes

/// Finalises a prepared statement when it goes out of scope.
class Statement {
public:
    Statement(sqlite3* database, const char* sql) {
        code_ = sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr);
    }
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    bool ready() const { return code_ == SQLITE_OK; }
    sqlite3_stmt* get() const { return statement_; }
    void bind(int column, std::int64_t value) { sqlite3_bind_int64(statement_, column, value); }
    void bind(int column, double value) { sqlite3_bind_double(statement_, column, value); } // NaN becomes NULL
    void bind(int column, const std::string& value) {
        sqlite3_bind_text(statement_, column, value.c_str(), -1, SQLITE_TRANSIENT);
    }
    /// Runs a statement without rows and makes it ready for the next values.
    bool run() {
        const bool done = sqlite3_step(statement_) == SQLITE_DONE;
        sqlite3_reset(statement_);
        return done;
    }

private:
    sqlite3_stmt* statement_ = nullptr;
    int code_ = SQLITE_OK;
};

/// Reads the rows (metric, step, value, seconds). @returns whether all could be read.
bool readPoints(Statement& select, std::vector<MetricPoint>& points) {
    int code = SQLITE_OK;
    while ((code = sqlite3_step(select.get())) == SQLITE_ROW) {
        MetricPoint point;
        point.metric = static_cast<std::uint32_t>(sqlite3_column_int64(select.get(), 0));
        point.step = Step{sqlite3_column_int64(select.get(), 1)};
        const bool missing = sqlite3_column_type(select.get(), 2) == SQLITE_NULL;
        point.value = missing ? std::numeric_limits<double>::quiet_NaN() : sqlite3_column_double(select.get(), 2);
        point.seconds = sqlite3_column_double(select.get(), 3);
        points.push_back(point);
    }
    return code == SQLITE_DONE;
}

/// A database that somebody else may be writing.
class ReadOnlyDatabase {
public:
    explicit ReadOnlyDatabase(const std::string& path) : path_(path) {
        if (!opens(path) && !(nothingWaitsBeside(path) && opens(immutableUri(path)))) {
            const std::string reason = sqlite3_errmsg(database_);
            sqlite3_close(database_);
            failReading(reason);
        }
    }
    ~ReadOnlyDatabase() { sqlite3_close(database_); }
    ReadOnlyDatabase(const ReadOnlyDatabase&) = delete;
    ReadOnlyDatabase& operator=(const ReadOnlyDatabase&) = delete;

    sqlite3* get() const { return database_; }
    [[noreturn]] void fail() const { failReading(sqlite3_errmsg(database_)); }

    /// By number.
    std::vector<std::pair<std::int64_t, std::string>> metricNames() const {
        Statement select(database_, "SELECT id, name FROM metrics ORDER BY id");
        std::vector<std::pair<std::int64_t, std::string>> names;
        int code = select.ready() ? SQLITE_OK : SQLITE_ERROR;
        while (select.ready() && (code = sqlite3_step(select.get())) == SQLITE_ROW)
            names.emplace_back(sqlite3_column_int64(select.get(), 0),
                               reinterpret_cast<const char*>(sqlite3_column_text(select.get(), 1)));
        if (code != SQLITE_DONE)
            fail();
        return names;
    }

private:
    /// Opens and reads: in a folder that cannot be written, a write-ahead log fails only then.
    bool opens(const std::string& name) {
        sqlite3_close(std::exchange(database_, nullptr));
        if (sqlite3_open_v2(name.c_str(), &database_, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr) != SQLITE_OK)
            return false;
        sqlite3_busy_timeout(database_, kPatienceMs);
        return sqlite3_exec(database_, "SELECT count(*) FROM metrics", nullptr, nullptr, nullptr) == SQLITE_OK;
    }
    /// No values that are still in the write-ahead log of a run that was broken off.
    static bool nothingWaitsBeside(const std::string& path) {
        std::error_code missing;
        const std::uintmax_t size = std::filesystem::file_size(path + "-wal", missing);
        return missing || size == 0;
    }
    /// The name under which SQLite takes the file as one that nobody changes.
    static std::string immutableUri(const std::string& path) {
        std::string uri = "file:";
        for (const char letter : path)
            uri += letter == '%' ? "%25" : letter == '?' ? "%3f" : letter == '#' ? "%23" : std::string(1, letter);
        return uri + "?immutable=1";
    }
    [[noreturn]] void failReading(const std::string& reason) const {
        throw EngineError(
            ErrorCode::io, "checkpoint",
            "The file '" + path_ + "' could not be read: " + reason +
                ". It should be the metrics.sqlite of a run, in a folder that can be written if the run was "
                "broken off.");
    }

    std::string path_;
    sqlite3* database_ = nullptr;
};

constexpr const char* kSchema =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    "CREATE TABLE IF NOT EXISTS metrics(id INTEGER PRIMARY KEY, name TEXT NOT NULL, label TEXT, panel TEXT, unit TEXT);"
    "CREATE TABLE IF NOT EXISTS points(metric INTEGER NOT NULL, step INTEGER NOT NULL, value REAL, seconds REAL);"
    "CREATE TABLE IF NOT EXISTS changes(step INTEGER NOT NULL, text TEXT NOT NULL, seconds REAL);";

} // namespace

MetricsStore::MetricsStore(std::string path, const std::vector<MetricSpec>& metrics) : path_(std::move(path)) {
    try {
        if (sqlite3_open(path_.c_str(), &database_) != SQLITE_OK)
            fail("opened");
        sqlite3_busy_timeout(database_, kPatienceMs);
        execute(kSchema);
        execute("BEGIN");
        Statement insert(database_, "INSERT OR REPLACE INTO metrics VALUES(?,?,?,?,?)");
        for (std::size_t i = 0; insert.ready() && i < metrics.size(); ++i) {
            insert.bind(1, static_cast<std::int64_t>(i));
            insert.bind(2, metrics[i].id);
            insert.bind(3, metrics[i].label);
            insert.bind(4, metrics[i].group);
            insert.bind(5, metrics[i].unit);
            if (!insert.run())
                fail("written");
        }
        execute("COMMIT");
    } catch (...) {
        sqlite3_close(database_);
        throw;
    }
}

MetricsStore::~MetricsStore() { sqlite3_close(database_); }

void MetricsStore::fail(const char* doing) const {
    throw EngineError(ErrorCode::io, "checkpoint",
                      "The file '" + path_ + "' could not be " + doing + ": " + sqlite3_errmsg(database_) +
                          ". Check the folder's permissions and the free space.");
}

void MetricsStore::execute(const char* sql) const {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail("written");
}

void MetricsStore::append(std::span<const MetricPoint> points, std::span<const LiveChange> changes) {
    execute("BEGIN IMMEDIATE");
    try {
        Statement insert(database_, "INSERT INTO points VALUES(?,?,?,?)");
        Statement insertChange(database_, "INSERT INTO changes VALUES(?,?,?)");
        if (!insert.ready() || !insertChange.ready())
            fail("written");
        for (const MetricPoint& point : points) {
            insert.bind(1, static_cast<std::int64_t>(point.metric));
            insert.bind(2, point.step.value);
            insert.bind(3, std::isfinite(point.value) ? point.value : std::numeric_limits<double>::quiet_NaN());
            insert.bind(4, point.seconds);
            if (!insert.run())
                fail("written");
        }
        for (const LiveChange& change : changes) {
            insertChange.bind(1, change.step.value);
            insertChange.bind(2, change.text);
            insertChange.bind(3, change.seconds);
            if (!insertChange.run())
                fail("written");
        }
        execute("COMMIT");
    } catch (...) {
        sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
        throw;
    }
}

void MetricsStore::sync() {
    // Copies the log into the database, for which both are written to the disk first. A reader may hold it up.
    const int code = sqlite3_wal_checkpoint_v2(database_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        fail("written");
}

std::vector<MetricPoint> MetricsStore::pointsFrom(Step step) const {
    Statement select(database_, "SELECT metric, step, value, seconds FROM points WHERE step >= ? ORDER BY rowid");
    if (!select.ready())
        fail("read");
    select.bind(1, step.value);
    std::vector<MetricPoint> points;
    if (!readPoints(select, points))
        fail("read");
    return points;
}

void MetricsStore::truncate(Step step, std::int64_t changes) {
    execute("BEGIN IMMEDIATE");
    try {
        Statement points(database_, "DELETE FROM points WHERE step > ?");
        Statement later(database_, "DELETE FROM changes WHERE rowid NOT IN (SELECT rowid FROM changes ORDER BY rowid "
                                   "LIMIT ?)");
        if (!points.ready() || !later.ready())
            fail("written");
        points.bind(1, step.value);
        later.bind(1, changes);
        if (!points.run() || !later.run())
            fail("written");
        execute("COMMIT");
    } catch (...) {
        sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
        throw;
    }
}

std::vector<MetricPoint> MetricsStore::pointsUpTo(const std::string& path, const std::vector<MetricSpec>& metrics,
                                                  Step step) {
    const ReadOnlyDatabase database(path);
    std::map<std::int64_t, std::uint32_t> numbers; // of this program, by the file's
    for (const auto& [id, name] : database.metricNames())
        for (std::size_t i = 0; i < metrics.size(); ++i)
            if (metrics[i].id == name)
                numbers[id] = static_cast<std::uint32_t>(i);
    Statement select(database.get(), "SELECT metric, step, value, seconds FROM points WHERE step <= ? ORDER BY rowid");
    if (!select.ready())
        database.fail();
    select.bind(1, step.value);
    std::vector<MetricPoint> points;
    if (!readPoints(select, points))
        database.fail();
    std::erase_if(points, [&](const MetricPoint& point) { return !numbers.contains(point.metric); });
    for (MetricPoint& point : points)
        point.metric = numbers.at(point.metric);
    return points;
}

std::vector<LiveChange> MetricsStore::changesOf(const std::string& path) {
    const ReadOnlyDatabase database(path);
    Statement select(database.get(), "SELECT step, text, seconds FROM changes ORDER BY rowid");
    std::vector<LiveChange> changes;
    int code = select.ready() ? SQLITE_OK : SQLITE_ERROR;
    while (select.ready() && (code = sqlite3_step(select.get())) == SQLITE_ROW) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(select.get(), 1));
        changes.push_back(
            {Step{sqlite3_column_int64(select.get(), 0)}, text ? text : "", sqlite3_column_double(select.get(), 2)});
    }
    if (code != SQLITE_DONE)
        database.fail();
    return changes;
}

bool MetricsStore::agrees(const std::string& path, const std::vector<MetricSpec>& metrics) {
    const auto names = ReadOnlyDatabase(path).metricNames();
    return std::equal(names.begin(), names.end(), metrics.begin(), metrics.end(),
                      [](const auto& name, const MetricSpec& metric) { return name.second == metric.id; });
}

} // namespace dinoscope
