// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sample_grid.h"

#include "ui/engine_bridge.h"
#include "ui/pictures.h"
#include "ui/texts.h"
#include "widgets/flow_layout.h"
#include "widgets/picture_strip.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

namespace dinoscope {
namespace {

constexpr std::int64_t kSidePx = 96;

} // namespace

SampleGrid::SampleGrid(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge), previous_(new QPushButton(tr("Previous"), this)),
      next_(new QPushButton(tr("Next"), this)), random_(new QPushButton(tr("Random"), this)), status_(new QLabel(this)),
      strip_(new PictureStrip(tr("Training pictures"), ColorRole::text, this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* row = new FlowLayout(8);
    for (QPushButton* button : {previous_, next_, random_})
        row->addWidget(button);
    previous_->setToolTip(tr("The %1 pictures before these").arg(kPage));
    next_->setToolTip(tr("The next %1 pictures").arg(kPage));
    random_->setToolTip(tr("%1 pictures from anywhere in the set").arg(kPage));
    for (QPushButton* button : {previous_, next_, random_})
        button->setAccessibleName(button->toolTip());
    status_->setProperty("muted", true);
    status_->setWordWrap(true);
    status_->setTextFormat(Qt::PlainText);
    status_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    strip_->setMinimumHeight(190);
    column->addLayout(row);
    column->addWidget(strip_, 1);
    column->addWidget(status_);
    connect(previous_, &QPushButton::clicked, this, [this] { showPage(first_ - kPage); });
    connect(next_, &QPushButton::clicked, this, [this] { showPage(first_ + kPage); });
    connect(random_, &QPushButton::clicked, this, &SampleGrid::showRandom);
    connect(strip_, &PictureStrip::chosen, this, &SampleGrid::tell);
    connect(strip_, &PictureStrip::opened, this, [this](int tile) {
        if (const SamplePicture* picture = readable(tile))
            emit opened(picture->sample);
    });
    connect(strip_, &PictureStrip::menuAsked, this, [this](int tile, const QPoint& at) {
        tell(tile);
        if (const SamplePicture* picture = readable(tile))
            emit menuAsked(picture->sample, at);
    });
    setRun(nullptr);
}

QString SampleGrid::status() const { return status_->text(); }

void SampleGrid::setRun(std::shared_ptr<const RunInfo> run) {
    run_ = std::move(run);
    draws_ = 0;
    showPage(0);
}

void SampleGrid::showPage(std::int64_t first) {
    const std::int64_t count = run_ ? run_->sampleCount : 0;
    first_ = std::clamp<std::int64_t>(first, 0, std::max<std::int64_t>(0, (count - 1) / kPage * kPage));
    std::vector<std::int64_t> samples;
    for (std::int64_t sample = first_; sample < std::min(count, first_ + kPage); ++sample)
        samples.push_back(sample);
    begin(std::move(samples), false);
}

void SampleGrid::showRandom() {
    std::mt19937_64 random(++draws_);
    std::uniform_int_distribution<std::int64_t> any(0, run_->sampleCount - 1);
    std::set<std::int64_t> drawn;
    while (static_cast<std::int64_t>(drawn.size()) < std::min(kPage, run_->sampleCount))
        drawn.insert(any(random));
    begin({drawn.begin(), drawn.end()}, true);
}

void SampleGrid::begin(std::vector<std::int64_t> samples, bool drawn) {
    isDrawn_ = drawn;
    samples_ = std::move(samples);
    pictures_.clear();
    asked_ = 0;
    previous_->setEnabled(first_ > 0);
    next_->setEnabled(run_ && first_ + kPage < run_->sampleCount);
    random_->setEnabled(run_ && run_->sampleCount > kPage);
    for (QWidget* widget : std::initializer_list<QWidget*>{previous_, next_, random_, strip_})
        widget->setVisible(run_ != nullptr);
    strip_->setDimmed(!strip_->tiles().empty());
    if (!run_)
        strip_->setTiles({});
    status_->setText(
        run_ ? tr("Choose a picture to see what it is; a double click or Return shows its crops, a right click more.")
             : tr("Pictures of the training set appear here when a run is open."));
    ask();
}

/// The rest of the page: an answer holds as many as could be read in a short time.
void SampleGrid::ask() {
    if (asked_ != 0 || pictures_.size() >= samples_.size() || !isVisible() ||
        !isAllowed(state_, CommandKind::requestProbe))
        return;
    asked_ = bridge_.newJobId();
    const SamplesRequest request{{samples_.begin() + static_cast<std::ptrdiff_t>(pictures_.size()), samples_.end()},
                                 kSidePx};
    bridge_.post(RequestProbeCommand{{asked_, request, {}}}, this, [this, id = asked_](const Acknowledgement& answer) {
        if (answer.refused && asked_ == id)
            asked_ = 0;
    });
}

void SampleGrid::onSnapshot(const Snapshot& snapshot) {
    state_ = snapshot.state;
    ask();
}

void SampleGrid::onResult(const ProbeResult& result) {
    if (result.id != asked_ || asked_ == 0)
        return;
    asked_ = 0;
    if (result.error) {
        samples_.resize(pictures_.size()); // what cannot be answered is not asked again
        status_->setText(textOf(result.error->message));
        strip_->setDimmed(false);
        return;
    }
    const auto& pictures = std::get<SamplesAnswer>(result.answer).pictures;
    pictures_.insert(pictures_.end(), pictures.begin(), pictures.end());
    showTiles();
    ask();
}

QString SampleGrid::className(std::int32_t label) const {
    if (!run_ || label < 0 || static_cast<std::size_t>(label) >= run_->classNames.size())
        return {};
    return textOf(run_->classNames[static_cast<std::size_t>(label)]);
}

void SampleGrid::showTiles() {
    std::vector<PictureStrip::Tile> tiles;
    for (const SamplePicture& picture : pictures_) {
        const QString name = className(picture.label);
        const QString words = !picture.problem.empty() ? tr("bad")
                              : name.isEmpty()         ? QString::number(picture.sample)
                                                       : name;
        tiles.push_back({toQImage(picture.image), words,
                         textOf(picture.problem.empty() ? picture.caption : picture.problem), false});
    }
    strip_->setTiles(std::move(tiles));
    strip_->setDimmed(false);
    const QString count = countText(run_ ? run_->sampleCount : 0);
    strip_->setRemark(isDrawn_
                          ? tr("%1 of %2, drawn at random").arg(samples_.size()).arg(count)
                          : tr("%1 to %2 of %3").arg(countText(samples_.front()), countText(samples_.back()), count));
}

void SampleGrid::tell(int tile) {
    if (tile < 0 || static_cast<std::size_t>(tile) >= pictures_.size())
        return;
    const SamplePicture& picture = pictures_[static_cast<std::size_t>(tile)];
    status_->setText(picture.problem.empty() ? textOf(picture.caption)
                                             : tr("%1: %2").arg(textOf(picture.caption), textOf(picture.problem)));
}

const SamplePicture* SampleGrid::readable(int tile) const {
    if (tile < 0 || static_cast<std::size_t>(tile) >= pictures_.size())
        return nullptr;
    const SamplePicture& picture = pictures_[static_cast<std::size_t>(tile)];
    return picture.problem.empty() ? &picture : nullptr;
}

void SampleGrid::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    state_ = bridge_.snapshot()->state;
    ask();
}

void SampleGrid::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    asked_ = 0; // an answer that is under way is asked for again
}

} // namespace dinoscope
