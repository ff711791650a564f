// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <QWidget>

#include <memory>
#include <vector>

class QLabel;
class QPushButton;

namespace dinoscope {

class EngineBridge;
class PictureStrip;

/// A page of small pictures of the training set, in their order or drawn at random. Asks for those that are missing as
/// long as it can be seen; a click on one says what it is, a double click or Return opens it.
class SampleGrid : public QWidget {
    Q_OBJECT

public:
    static constexpr std::int64_t kPage = 24;

    explicit SampleGrid(EngineBridge& bridge, QWidget* parent = nullptr);
    /// Forgets the pictures and shows the first page of another run; null: there is none.
    void setRun(std::shared_ptr<const RunInfo> run);
    void onSnapshot(const Snapshot& snapshot);
    void onResult(const ProbeResult& result);

    /// Numbers of the pictures of this page.
    const std::vector<std::int64_t>& samples() const { return samples_; }
    /// Whether some of them are still to come.
    bool isWaiting() const { return asked_ != 0; }
    PictureStrip& strip() const { return *strip_; }
    QPushButton& nextButton() const { return *next_; }
    QPushButton& previousButton() const { return *previous_; }
    QPushButton& randomButton() const { return *random_; }
    QString status() const;

signals:
    /// A picture that can be read is to be looked at closely.
    void opened(std::int64_t sample);
    void menuAsked(std::int64_t sample, const QPoint& globalPosition);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void showPage(std::int64_t first);
    void showRandom();
    void begin(std::vector<std::int64_t> samples, bool drawn);
    void ask();
    void showTiles();
    void tell(int tile);
    /// Null if there is none, or it cannot be read.
    const SamplePicture* readable(int tile) const;
    QString className(std::int32_t label) const;

    EngineBridge& bridge_;
    QPushButton *previous_, *next_, *random_;
    QLabel* status_;
    PictureStrip* strip_;
    std::shared_ptr<const RunInfo> run_;
    RunState state_ = RunState::empty;
    std::int64_t first_ = 0; ///< of the page in order
    std::uint64_t draws_ = 0;
    bool isDrawn_ = false; ///< at random
    std::vector<std::int64_t> samples_;
    std::vector<SamplePicture> pictures_; ///< the first of them, as far as they have come
    JobId asked_ = 0;                     ///< 0: nothing is asked for
};

} // namespace dinoscope
