// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/metrics_store.h"

#include "engine/support/check.h"

#include <sqlite3.h>

#include <cmath>
#include <limits>

namespace dinoscope {
namespace {

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
        sqlite3_busy_timeout(database_, 2000);
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

std::vector<MetricPoint> MetricsStore::pointsFrom(Step step) const {
    Statement select(database_, "SELECT metric, step, value, seconds FROM points WHERE step >= ? ORDER BY rowid");
    if (!select.ready())
        fail("read");
    select.bind(1, step.value);
    std::vector<MetricPoint> points;
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
    if (code != SQLITE_DONE)
        fail("read");
    return points;
}

std::int64_t MetricsStore::changeCount() const {
    Statement select(database_, "SELECT count(*) FROM changes");
    if (!select.ready() || sqlite3_step(select.get()) != SQLITE_ROW)
        fail("read");
    return sqlite3_column_int64(select.get(), 0);
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

bool MetricsStore::agrees(const std::string& path, const std::vector<MetricSpec>& metrics) {
    sqlite3* database = nullptr;
    bool same = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK;
    if (same) {
        Statement select(database, "SELECT name FROM metrics ORDER BY id");
        std::size_t count = 0;
        for (same = select.ready(); same && sqlite3_step(select.get()) == SQLITE_ROW; ++count) {
            const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(select.get(), 0));
            same = count < metrics.size() && name && metrics[count].id == name;
        }
        same = same && count == metrics.size();
    }
    sqlite3_close(database);
    return same;
}

} // namespace dinoscope
