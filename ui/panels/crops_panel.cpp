// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/crops_panel.h"

#include "ui/engine_bridge.h"
#include "ui/moment.h"
#include "ui/picture_chooser.h"
#include "ui/pictures.h"
#include "ui/probe_controls.h"
#include "ui/texts.h"
#include "widgets/crop_board.h"
#include "widgets/flow_layout.h"

#include <QComboBox>
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

} // namespace

CropsPanel::CropsPanel(const PanelContext& context, QWidget* parent)
    : ProbePanel(context, ProbeKind::crops, parent), source_(new QComboBox(this)),
      index_(new PictureChooser(PictureChooser::Offers::neighboursOnly, this)),
      reroll_(toolButton(LineIcon::shuffle, tr("Other crops"),
                         tr("Cuts the same picture again, as another epoch would"), this)),
      freeze_(toolButton(LineIcon::freeze, tr("Freeze"), tr("Keeps what is shown while the run goes on"), this)),
      status_(new QLabel(this)), board_(new CropBoard(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(8);
    auto* row = new FlowLayout(4);
    source_->addItem(tr("Last batch"));
    source_->addItem(tr("Data set"));
    source_->setAccessibleName(tr("Where the picture comes from"));
    freeze_->setCheckable(true);
    for (QWidget* widget : std::initializer_list<QWidget*>{source_, index_, reroll_, freeze_})
        row->addWidget(widget);
    status_->setProperty("muted", true);
    status_->setWordWrap(true);
    status_->setText(tr("The crops of a picture appear here when a run is open."));
    column->addLayout(row);
    column->addWidget(status_);
    column->addWidget(board_, 1);
    connect(source_, &QComboBox::activated, this, [this] { sourceChanged(); });
    connect(index_, &PictureChooser::chosen, this, [this] { ask(); });
    connect(reroll_, &QPushButton::clicked, this, [this] {
        ++rerolls_;
        ask();
    });
    connect(freeze_, &QPushButton::toggled, this, [this](bool on) { setFrozen(on); });
    sourceChanged();
}

bool CropsPanel::fromBatch() const { return source_->currentIndex() == 0; }

void CropsPanel::sourceChanged() {
    reroll_->setEnabled(!fromBatch());
    reroll_->setToolTip(
        fromBatch() ? tr("The crops of the last batch are those that were trained on; choose 'Data set' to cut others.")
                    : tr("Cuts the same picture again, as another epoch would"));
    ask();
}

void CropsPanel::onNewRun() {
    ProbePanel::onNewRun();
    freeze_->setChecked(false);
    board_->show({}, {}, {});
}

ProbeQuestion CropsPanel::question() const {
    return CropsRequest{{fromBatch() ? PictureRef::Kind::lastBatch : PictureRef::Kind::sample, index_->index(), {}},
                        rerolls_};
}

void CropsPanel::showAnswer(const ProbeResult& result) {
    const auto& answer = std::get<CropsAnswer>(result.answer);
    std::vector<CropBoard::Crop> crops;
    int globals = 0, locals = 0;
    for (const ViewInfo& view : answer.views) {
        const QString title = view.isGlobal ? tr("Global %1").arg(++globals) : tr("Local %1").arg(++locals);
        const QString networks = view.seenByTeacher && view.seenByStudent ? tr("both")
                                 : view.seenByTeacher                     ? tr("teacher")
                                                                          : tr("student");
        crops.push_back(
            {toQImage(view.image), QRectF(view.left, view.top, view.width, view.height), title, wordsOf(view), networks,
             title + QLatin1Char('\n') +
                 (view.seenByTeacher ? tr("Seen by teacher and student") : tr("Seen by the student alone")) +
                 QLatin1Char('\n') + detailsOf(view),
             view.isGlobal});
    }
    board_->show(toQImage(answer.source), tr("%1, %2").arg(textOf(answer.caption), stepText(result.step, false)),
                 std::move(crops));
    status_->hide();
}

void CropsPanel::showError(const Error& error) {
    status_->setText(textOf(error.message));
    status_->show();
    board_->setDimmed(true);
}

void CropsPanel::showWaiting(bool waiting) { board_->setDimmed(waiting && board_->cropCount() > 0); }

} // namespace dinoscope
