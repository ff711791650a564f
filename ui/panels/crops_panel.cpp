// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/crops_panel.h"

#include "ui/crop_params.h"
#include "ui/engine_bridge.h"
#include "ui/moment.h"
#include "ui/pictures.h"
#include "ui/probe_controls.h"
#include "ui/texts.h"
#include "widgets/crop_board.h"
#include "widgets/flow_layout.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace dinoscope {
namespace {

/// Everything that was done to a view, for its tool tip.
QString detailsOf(const ViewInfo& view) {
    QStringList lines;
    lines << CropsPanel::tr("Area %1 % of the picture, aspect %2")
                 .arg(100 * view.areaShare, 0, 'f', 1)
                 .arg(view.aspect, 0, 'f', 2);
    lines << CropsPanel::tr("Box from (%1, %2), %3 × %4 px")
                 .arg(view.left, 0, 'f', 1)
                 .arg(view.top, 0, 'f', 1)
                 .arg(view.width, 0, 'f', 1)
                 .arg(view.height, 0, 'f', 1);
    lines << CropsPanel::tr("Shown to the network at %1 × %2 px").arg(view.image.width).arg(view.image.height);
    lines << (view.flipped ? CropsPanel::tr("Mirrored") : CropsPanel::tr("Not mirrored"));
    if (view.jittered)
        lines << CropsPanel::tr("Jitter: brightness %1, contrast %2, saturation %3, hue %4")
                     .arg(view.brightness, 0, 'f', 2)
                     .arg(view.contrast, 0, 'f', 2)
                     .arg(view.saturation, 0, 'f', 2)
                     .arg(view.hue, 0, 'f', 2);
    if (view.grayscale)
        lines << CropsPanel::tr("Made grey");
    lines << (view.blurRadius > 0 ? CropsPanel::tr("Blurred, radius %1 px").arg(view.blurRadius, 0, 'f', 2)
                                  : CropsPanel::tr("Not blurred"));
    if (view.solarized)
        lines << CropsPanel::tr("Solarized");
    return lines.join(QLatin1Char('\n'));
}

/// The same in a few signs, as fits below a tile.
QString wordsOf(const ViewInfo& view) {
    QStringList words;
    words << QStringLiteral("%1 %").arg(100 * view.areaShare, 0, 'f', 0);
    if (view.flipped)
        words << CropsPanel::tr("flip");
    if (view.blurRadius > 0)
        words << CropsPanel::tr("blur");
    if (view.solarized)
        words << CropsPanel::tr("solar");
    if (view.grayscale)
        words << CropsPanel::tr("grey");
    if (view.jittered)
        words << CropsPanel::tr("jitter");
    return words.join(QStringLiteral(" · "));
}

/// Which network sees a view: in the line below a tile, and as a sentence.
QString networksOf(const ViewInfo& view) {
    if (view.seenByTeacher && view.seenByStudent)
        return CropsPanel::tr("both");
    return view.seenByTeacher   ? CropsPanel::tr("teacher")
           : view.seenByStudent ? CropsPanel::tr("student")
                                : CropsPanel::tr("neither");
}

QString seenBy(const ViewInfo& view) {
    if (view.seenByTeacher && view.seenByStudent)
        return CropsPanel::tr("Seen by teacher and student");
    return view.seenByTeacher   ? CropsPanel::tr("Seen by the teacher alone")
           : view.seenByStudent ? CropsPanel::tr("Seen by the student alone")
                                : CropsPanel::tr("Seen by neither network");
}

} // namespace

CropsPanel::CropsPanel(const PanelContext& context, QWidget* parent)
    : PicturePanel(context, ProbeKind::crops, PictureSource::Offers::lastBatchToo, parent),
      reroll_(toolButton(LineIcon::shuffle, tr("Re-roll"), {}, this)),
      freeze_(toolButton(LineIcon::freeze, {}, tr("Freeze: keeps what is shown while the run goes on"), this)),
      params_(new CropParams(context.bridge, context.draft, this)), status_(new QLabel(this)),
      board_(new CropBoard(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(8);
    auto* row = new FlowLayout(4);
    freeze_->setCheckable(true);
    for (QWidget* widget : source().controls())
        row->addWidget(widget);
    row->addWidget(reroll_);
    row->addWidget(freeze_);
    status_->setProperty("muted", true);
    status_->setWordWrap(true);
    column->addLayout(row);
    for (QWidget* widget : std::initializer_list<QWidget*>{params_, noteLabel(), status_})
        column->addWidget(widget);
    column->addWidget(board_, 1);
    connect(&source(), &PictureSource::changed, this, &CropsPanel::followSource);
    connect(reroll_, &QPushButton::clicked, this, [this] {
        ++rerolls_;
        ask();
    });
    connect(freeze_, &QPushButton::toggled, this, [this](bool on) { setFrozen(on); });
    connect(params_, &CropParams::refused, this, [this](const QString& sentence) { showNote(sentence, true); });
    connect(&moment(), &Moment::changed, this, [this] { params_->follow(*bridge().snapshot(), !moment().isLive()); });
    say(tr("The crops of a picture appear here when a run is open."));
    followSource();
}

void CropsPanel::say(const QString& sentence) {
    status_->setText(sentence);
    status_->setVisible(!sentence.isEmpty());
}

QString CropsPanel::status() const { return status_->isHidden() ? QString() : status_->text(); }

void CropsPanel::followSource() {
    explain();
    changed_.reset();
    showDelay();
}

void CropsPanel::explain() {
    const bool fixed = source().isLastBatch();
    const QString none = hasRun_ ? QString() : textOf(refusal(RunState::empty, CommandKind::requestProbe));
    reroll_->setEnabled(hasRun_ && !fixed);
    freeze_->setEnabled(hasRun_);
    freeze_->setToolTip(hasRun_ ? freeze_->accessibleName() : none);
    reroll_->setToolTip(!hasRun_ ? none
                        : fixed ? tr("The crops of the last batch are those that were trained on; choose 'Data set' to "
                                     "cut others.")
                                : tr("Cuts the same picture again, as another epoch would"));
}

void CropsPanel::onNewRun() {
    PicturePanel::onNewRun();
    freeze_->setChecked(false);
    board_->show({}, {}, {});
    cutBy_.clear();
    changed_.reset();
    showDelay();
}

void CropsPanel::onSnapshot(const Snapshot& snapshot) {
    if (const bool has = snapshot.run != nullptr; has != hasRun_) {
        hasRun_ = has;
        explain();
    }
    params_->follow(snapshot, !moment().isLive());
    PicturePanel::onSnapshot(snapshot);
    followParams(snapshot);
}

/// Also of what is changed in the Parameters.
void CropsPanel::followParams(const Snapshot& snapshot) {
    std::map<std::string, ParamValue> now;
    if (snapshot.params)
        now = CropParams::valuesOf(*snapshot.params);
    if (now == cutBy_)
        return;
    const bool isChange = !cutBy_.empty();
    cutBy_ = std::move(now);
    if (!isChange || !moment().isLive() || isFrozen())
        return;
    if (source().isLastBatch() && answerStep() && snapshot.step.value > 0)
        changed_ = snapshot.step;
    showDelay();
    ask();
}

void CropsPanel::showDelay() {
    const bool live = bridge().snapshot()->run && answerStep();
    if (live)
        say(changed_ ? tr("These are the crops that were trained on; the change shows with the batch of the next step.")
                     : QString());
}

ProbeQuestion CropsPanel::question() const { return CropsRequest{source().picture(), rerolls_}; }

void CropsPanel::showAnswer(const ProbeResult& result) {
    const auto& answer = std::get<CropsAnswer>(result.answer);
    const QImage picture = toQImage(answer.source);
    const double shrink =
        answer.width > 0 ? static_cast<double>(picture.width()) / static_cast<double>(answer.width) : 1;
    std::vector<CropBoard::Crop> crops;
    int globals = 0, locals = 0;
    for (const ViewInfo& view : answer.views) {
        const QString title = view.isGlobal ? tr("Global %1").arg(++globals) : tr("Local %1").arg(++locals);
        crops.push_back({toQImage(view.image),
                         QRectF(view.left * shrink, view.top * shrink, view.width * shrink, view.height * shrink),
                         title, wordsOf(view), networksOf(view),
                         title + QLatin1Char('\n') + seenBy(view) + QLatin1Char('\n') + detailsOf(view),
                         view.isGlobal});
    }
    QStringList caption{textOf(answer.caption)};
    caption << stepText(result.step, false);
    if (answer.width > 0)
        caption << tr("%1 × %2 px").arg(answer.width).arg(answer.height);
    board_->show(picture, caption.join(QStringLiteral(", ")), std::move(crops));
    if (answer.sample >= 0)
        source().setShown({PictureRef::Kind::sample, answer.sample, {}, {}});
    if (changed_ && result.step > *changed_)
        changed_.reset();
    showDelay();
}

void CropsPanel::showError(const Error& error) {
    say(textOf(error.message));
    board_->setDimmed(true);
}

void CropsPanel::showWaiting(bool waiting) { board_->setDimmed(waiting && board_->cropCount() > 0); }

} // namespace dinoscope
