// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/neighbours_panel.h"

#include "ui/engine_bridge.h"
#include "ui/pictures.h"
#include "ui/probe_controls.h"
#include "ui/texts.h"
#include "widgets/flow_layout.h"
#include "widgets/picture_strip.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>

#include <algorithm>

namespace dinoscope {
namespace {

constexpr int kAgainMs = 300, kMostTries = 200; // a minute

} // namespace

NeighboursPanel::NeighboursPanel(const PanelContext& context, QWidget* parent)
    : PicturePanel(context, ProbeKind::neighbours, PictureSource::Offers::dataSet, parent), count_(new QComboBox(this)),
      measure_(new QPushButton(tr("Measure now"), this)), status_(new QLabel(this)),
      picture_(new PictureStrip(tr("Picture"), ColorRole::text, this)),
      student_(new PictureStrip(tr("Student"), ColorRole::student, this)),
      teacher_(new PictureStrip(tr("Teacher"), ColorRole::teacher, this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(8);
    column->addLayout(makeControls());
    status_->setProperty("muted", true);
    status_->setWordWrap(true);
    column->addWidget(noteLabel());
    column->addWidget(status_);
    auto* board = new QGridLayout;
    board->setHorizontalSpacing(12);
    board->setVerticalSpacing(8);
    board->addWidget(picture_, 0, 0, 2, 1);
    board->addWidget(student_, 0, 1);
    board->addWidget(teacher_, 1, 1);
    board->setColumnStretch(0, 1);
    board->setColumnStretch(1, 4);
    column->addLayout(board, 1);
    picture_->setFocusPolicy(Qt::NoFocus);
    connect(student_, &PictureStrip::chosen, this, [this](int tile) { choose(answer_.student, tile); });
    connect(teacher_, &PictureStrip::chosen, this, [this](int tile) { choose(answer_.teacher, tile); });
    for (const auto& [strip, answer] : {std::pair(student_, &answer_.student), std::pair(teacher_, &answer_.teacher)})
        connect(strip, &PictureStrip::menuAsked, this, [this, list = answer](int tile, const QPoint& at) {
            if (static_cast<std::size_t>(tile) < list->size())
                showMenu({PictureRef::Kind::sample, (*list)[static_cast<std::size_t>(tile)].sample, {}, {}}, at);
        });
    again_.setSingleShot(true);
    again_.setInterval(kAgainMs);
    connect(&again_, &QTimer::timeout, this, [this] { ask(); });
    onNewRun();
}

QLayout* NeighboursPanel::makeControls() {
    auto* row = new FlowLayout(4);
    for (const int count : {4, 8, 16, 32})
        count_->addItem(tr("%1 neighbours").arg(count), count);
    count_->setCurrentIndex(1);
    count_->setAccessibleName(tr("Number of neighbours"));
    for (QWidget* widget : source().controls())
        row->addWidget(widget);
    row->addWidget(count_);
    row->addWidget(measure_);
    connect(count_, &QComboBox::activated, this, [this] { ask(); });
    connect(measure_, &QPushButton::clicked, this, &NeighboursPanel::measureAsked);
    return row;
}

void NeighboursPanel::say(const QString& sentence) {
    status_->setText(sentence);
    status_->setVisible(!sentence.isEmpty());
}

void NeighboursPanel::onNewRun() {
    PicturePanel::onNewRun();
    run_.reset();
    answer_ = {};
    measureAsked_ = false;
    again_.stop();
    tries_ = 0;
    for (PictureStrip* strip : {picture_, student_, teacher_}) {
        strip->setTiles({});
        strip->setRemark({});
    }
    say(tr("The nearest neighbours of a picture appear here when a run is open."));
}

void NeighboursPanel::onSnapshot(const Snapshot& snapshot) {
    run_ = snapshot.run;
    const std::string_view why = refusal(snapshot.state, CommandKind::requestProbe);
    measure_->setEnabled(run_ && why.empty());
    measure_->setToolTip(!measure_->isEnabled()
                             ? textOf(run_ ? why : refusal(RunState::empty, CommandKind::requestProbe))
                             : tr("Computes the features of the references, and the accuracies, with the networks as "
                                  "they are now"));
    PicturePanel::onSnapshot(snapshot);
}

bool NeighboursPanel::hasShown(Step step) const {
    return PicturePanel::hasShown(step) && (!isVisible() || !measureAsked_ || answer_.references > 0);
}

ProbeQuestion NeighboursPanel::question() const {
    return NeighboursRequest{source().picture(), count_->currentData().toLongLong()};
}

QString NeighboursPanel::className(std::int32_t label) const {
    if (!run_ || label < 0 || static_cast<std::size_t>(label) >= run_->classNames.size())
        return {};
    return textOf(run_->classNames[static_cast<std::size_t>(label)]);
}

void NeighboursPanel::choose(const std::vector<Neighbour>& neighbours, int tile) {
    if (tile >= 0 && static_cast<std::size_t>(tile) < neighbours.size())
        source().show({PictureRef::Kind::sample, neighbours[static_cast<std::size_t>(tile)].sample, {}, {}});
}

void NeighboursPanel::fillStrip(PictureStrip& strip, const std::vector<Neighbour>& neighbours,
                                const NeighboursAnswer& answer) {
    std::vector<PictureStrip::Tile> tiles;
    for (const Neighbour& neighbour : neighbours) {
        const QString similarity = QString::number(neighbour.similarity, 'f', 3), name = className(neighbour.label);
        const QString details =
            tr("Picture %1, cosine similarity %2; click for its own neighbours").arg(neighbour.sample).arg(similarity);
        tiles.push_back({toQImage(neighbour.image), similarity,
                         name.isEmpty() ? details : name + QLatin1Char('\n') + details,
                         answer.label >= 0 && neighbour.label == answer.label});
        if (!name.isEmpty())
            tiles.back().words = name + QLatin1Char(' ') + QString::number(neighbour.similarity, 'f', 2);
    }
    const auto same = std::count_if(tiles.begin(), tiles.end(), [](const auto& tile) { return tile.marked; });
    strip.setRemark(answer.label >= 0 && !tiles.empty() ? tr("%1 of %2 of its class").arg(same).arg(tiles.size())
                                                        : QString());
    strip.setTiles(std::move(tiles));
}

void NeighboursPanel::showAnswer(const ProbeResult& result) {
    answer_ = std::get<NeighboursAnswer>(result.answer);
    picture_->setTiles({{toQImage(answer_.picture), className(answer_.label), textOf(answer_.caption), false}});
    fillStrip(*student_, answer_.student, answer_);
    fillStrip(*teacher_, answer_.teacher, answer_);
    if (answer_.references == 0) {
        const bool later = isFromCheckpoint() && ++tries_ < kMostTries;
        if (later)
            again_.start();
        say(later                ? tr("The features of the pictures are being computed for %1…").arg(answerText())
            : isFromCheckpoint() ? tr("There are no features of the pictures for %1.").arg(answerText())
                                 : tr("The features of the pictures are being computed, or were not yet: press "
                                      "\"Measure now\"."));
        if (!measureAsked_ && isVisible() && !isFromCheckpoint()) {
            measureAsked_ = true;
            emit measureAsked();
        }
        return;
    }
    tries_ = 0;
    QString among =
        tr("Among %1 pictures as of step %2.").arg(countText(answer_.references), countText(answer_.measured.value));
    if (isFromCheckpoint())
        among += QLatin1Char(' ') + tr("The networks are those of %1.").arg(answerText());
    say(answer_.isReference
            ? among
            : among + QLatin1Char(' ') +
                  tr("This one is not among them; its own features are of step %1.").arg(countText(result.step.value)));
}

void NeighboursPanel::showError(const Error& error) {
    say(textOf(error.message));
    showWaiting(true);
}

void NeighboursPanel::showWaiting(bool waiting) {
    for (PictureStrip* strip : {picture_, student_, teacher_})
        strip->setDimmed(waiting && !strip->tiles().empty());
}

} // namespace dinoscope
