// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/crop_params.h"

#include "ui/engine_bridge.h"
#include "ui/live_param.h"
#include "ui/param_binder.h"
#include "ui/run_draft.h"
#include "ui/texts.h"
#include "widgets/flow_layout.h"
#include "widgets/idle_wheel.h"
#include "widgets/range_field.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace dinoscope {
namespace {

constexpr double kSmallestChange = 0.005; // half of what a range shows
constexpr const char *kGlobalMin = "augment.global_scale_min", *kGlobalMax = "augment.global_scale_max",
                     *kLocalMin = "augment.local_scale_min", *kLocalMax = "augment.local_scale_max",
                     *kGlobalSize = "augment.global_size", *kLocalSize = "augment.local_size",
                     *kLocalCrops = "augment.local_crops", *kRecipe = "augment.recipe", *kPairing = "loss.pairing";

double realOf(const ParamValue& value) {
    const auto* real = std::get_if<double>(&value);
    return real ? *real : static_cast<double>(std::get<std::int64_t>(value));
}

/// Label and editor as one piece of a flow; what becomes of the editor becomes of both.
QWidget* labelled(const QString& label, QWidget* editor, QWidget* parent) {
    auto* piece = new QWidget(parent);
    auto* row = new QHBoxLayout(piece);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    auto* words = new QLabel(label, piece);
    words->setBuddy(editor);
    row->addWidget(words);
    row->addWidget(editor);
    return piece;
}

void explain(QWidget* widget, const ParamSpec& spec, const QString& reason) {
    widget->parentWidget()->setEnabled(reason.isEmpty());
    widget->setToolTip(reason.isEmpty() ? describeField(spec).help : reason);
    widget->setAccessibleDescription(widget->toolTip());
}

/// Lines of controls that can be scrolled where the panel is low.
class Fold : public QScrollArea {
public:
    explicit Fold(QWidget* parent) : QScrollArea(parent) {
        setWidgetResizable(true);
        setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        setFrameShape(QFrame::NoFrame);
        viewport()->setAutoFillBackground(false);
        setFocusPolicy(Qt::NoFocus);
    }
    QSize sizeHint() const override { return {width(), whole()}; }
    QSize minimumSizeHint() const override {
        const int wide = widget() ? widget()->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width() : 0;
        return {wide, std::min(whole(), kLeastHeight)};
    }

protected:
    void resizeEvent(QResizeEvent* event) override {
        QScrollArea::resizeEvent(event);
        setMaximumHeight(whole());
        updateGeometry();
    }

private:
    static constexpr int kLeastHeight = 60; // two lines
    int whole() const { return widget() ? widget()->heightForWidth(viewport()->width()) : 0; }
};

} // namespace

CropParams::CropParams(EngineBridge& bridge, RunDraft& draft, QWidget* parent)
    : QWidget(parent), bridge_(bridge), draft_(draft), head_(new QToolButton(this)) {
    auto* fold = new Fold(this);
    fold->setWidget(makeBody());
    fold->widget()->setAutoFillBackground(false);
    body_ = fold;
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    head_->setCheckable(true);
    head_->setProperty("groupHead", true);
    head_->setArrowType(Qt::RightArrow);
    head_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    head_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    head_->setAccessibleName(tr("Sizes and scales of the crops"));
    column->addWidget(head_);
    column->addWidget(body_);
    body_->hide();
    connect(head_, &QToolButton::toggled, this, [this](bool open) {
        head_->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        body_->setVisible(open);
        showValues();
    });
    setVisible(!ranges_.empty() || !numbers_.empty() || !choices_.empty());
    showValues();
    showReasons();
}

QWidget* CropParams::makeBody() {
    auto* body = new QWidget(this);
    auto* flow = new FlowLayout(8, body);
    addRange(*flow, body, kGlobalMin, kGlobalMax, tr("Global scale"));
    addNumber(*flow, body, kGlobalSize, tr("Global size"));
    addRange(*flow, body, kLocalMin, kLocalMax, tr("Local scale"));
    addNumber(*flow, body, kLocalSize, tr("Local size"));
    addNumber(*flow, body, kLocalCrops, tr("Local crops"));
    addChoice(*flow, body, kRecipe, tr("Recipe"));
    addChoice(*flow, body, kPairing, tr("Pairing"));
    return body;
}

void CropParams::addRange(QLayout& flow, QWidget* body, const char* lowId, const char* highId, const QString& label) {
    const ParamSpec *low = draft_.catalog().params.find(lowId), *high = draft_.catalog().params.find(highId);
    if (!low || !high)
        return;
    auto* field = new RangeField(label, textOf(low->label), textOf(high->label), low->hardMin.value_or(0),
                                 high->hardMax.value_or(1), body);
    field->setFixedWidth(std::max(300, field->sizeHint().width()));
    const Range range{low, high, field};
    connect(field, &RangeField::settled, this,
            [this, range](double lower, double upper) { sendRange(range, lower, upper); });
    flow.addWidget(field);
    ranges_.push_back(range);
}

void CropParams::addNumber(QLayout& flow, QWidget* body, const char* id, const QString& label) {
    const ParamSpec* spec = draft_.catalog().params.find(id);
    if (!spec)
        return;
    auto* box = new QSpinBox(body);
    box->setRange(static_cast<int>(spec->hardMin.value_or(0)), static_cast<int>(spec->hardMax.value_or(1'000'000)));
    box->setSuffix(spec->unit.empty() ? QString() : QLatin1Char(' ') + textOf(spec->unit));
    box->setAccessibleName(textOf(spec->label));
    box->setKeyboardTracking(false);
    box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    leaveIdleWheel(*box);
    box->setFixedWidth(box->fontMetrics().horizontalAdvance(QStringLiteral("0000 ") + textOf(spec->unit)) + 16);
    connect(box, &QSpinBox::valueChanged, this, [this, spec](int value) { send(*spec, std::int64_t{value}); });
    flow.addWidget(labelled(label, box, body));
    numbers_.push_back({spec, box});
}

void CropParams::addChoice(QLayout& flow, QWidget* body, const char* id, const QString& label) {
    const ParamSpec* spec = draft_.catalog().params.find(id);
    if (!spec)
        return;
    auto* box = new QComboBox(body);
    for (const std::string& choice : spec->choices)
        box->addItem(textOf(choice));
    box->setAccessibleName(textOf(spec->label));
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    leaveIdleWheel(*box);
    connect(box, &QComboBox::activated, this, [this, spec, box] { send(*spec, box->currentText().toStdString()); });
    flow.addWidget(labelled(label, box, body));
    choices_.push_back({spec, box});
}

RangeField* CropParams::range(const std::string& lowId) const {
    for (const Range& range : ranges_)
        if (range.low->id == lowId)
            return range.field;
    return nullptr;
}

QSpinBox* CropParams::number(const std::string& id) const {
    for (const Number& number : numbers_)
        if (number.spec->id == id)
            return number.box;
    return nullptr;
}

QComboBox* CropParams::choice(const std::string& id) const {
    for (const Choice& choice : choices_)
        if (choice.spec->id == id)
            return choice.box;
    return nullptr;
}

std::map<std::string, ParamValue> CropParams::valuesOf(const ParamSet& params) {
    std::map<std::string, ParamValue> values;
    for (const auto& [id, value] : params.values())
        if (id.starts_with("augment.") || id == kPairing)
            values.emplace(id, value);
    return values;
}

ParamValue CropParams::valueOf(const ParamSpec& spec) const {
    if (const auto found = sent_.find(spec.id); found != sent_.end())
        return found->second.second;
    const ParamSet& params = params_ && params_->values().contains(spec.id) ? *params_ : draft_.params();
    return params.at(spec.id);
}

/// The engine takes one value after the other, and refuses a lower end above the upper one.
void CropParams::sendRange(const Range& range, double low, double high) {
    const double lowNow = realOf(valueOf(*range.low)), highNow = realOf(valueOf(*range.high));
    const auto sendLow = [&] {
        if (std::abs(low - lowNow) > kSmallestChange)
            send(*range.low, low);
    };
    if (low <= highNow)
        sendLow();
    if (std::abs(high - highNow) > kSmallestChange)
        send(*range.high, high);
    if (low > highNow)
        sendLow();
}

void CropParams::send(const ParamSpec& spec, ParamValue value) {
    const auto answered = [this, id = spec.id](CommandId command, const Acknowledgement& acknowledgement) {
        const auto found = sent_.find(id);
        if (found == sent_.end() || found->second.first != command)
            return; // overtaken by a newer change
        sent_.erase(found);
        showValues();
        emit refused(acknowledgement.refused ? textOf(acknowledgement.refused->message) : QString());
    };
    const CommandId command = sendParam(bridge_, draft_, this, spec.id, value, answered);
    sent_[spec.id] = {command, std::move(value)};
}

QString CropParams::whyNot(const ParamSpec& spec) const {
    QString reason = liveRefusal(spec, state_, params_.get());
    if (reason.isEmpty() && isPast_)
        reason = tr("A moment of the past is shown: go back to the present to change the run.");
    return reason;
}

void CropParams::follow(const Snapshot& snapshot, bool isPast) {
    if (snapshot.params == params_ && snapshot.state == state_ && isPast == isPast_)
        return;
    params_ = snapshot.params;
    state_ = snapshot.state;
    isPast_ = isPast;
    showValues();
    showReasons();
}

void CropParams::showValues() {
    for (const Range& range : ranges_)
        range.field->setValues(realOf(valueOf(*range.low)), realOf(valueOf(*range.high)));
    for (const Number& number : numbers_) {
        const QSignalBlocker quiet(number.box);
        number.box->setValue(static_cast<int>(std::get<std::int64_t>(valueOf(*number.spec))));
    }
    for (const Choice& choice : choices_)
        choice.box->setCurrentText(textOf(std::get<std::string>(valueOf(*choice.spec))));
    head_->setText(head_->isChecked() ? tr("Sizes and scales") : summary());
    head_->setToolTip(head_->isChecked() ? tr("Folds the sizes and scales away")
                                         : tr("Shows the sizes and scales to be changed while the run goes on"));
}

void CropParams::showReasons() {
    for (const Range& range : ranges_) {
        const QString low = whyNot(*range.low), high = whyNot(*range.high);
        range.field->setToolTip(low.isEmpty() ? high : low);
        explain(&range.field->lowBox(), *range.low, low.isEmpty() ? high : low);
        explain(&range.field->highBox(), *range.high, low.isEmpty() ? high : low);
    }
    for (const Number& number : numbers_)
        explain(number.box, *number.spec, whyNot(*number.spec));
    for (const Choice& choice : choices_)
        explain(choice.box, *choice.spec, whyNot(*choice.spec));
}

QString CropParams::summary() const {
    QStringList parts;
    const auto number = [this](const char* id) {
        const QSpinBox* box = this->number(id);
        return box ? box->text() : QString();
    };
    const auto scale = [this](const char* id) {
        const RangeField* field = range(id);
        return field ? tr("%1–%2").arg(field->low(), 0, 'g', 3).arg(field->high(), 0, 'g', 3) : QString();
    };
    parts << tr("Global %1").arg(QStringList{number(kGlobalSize), scale(kGlobalMin)}.join(QLatin1Char(' ')).trimmed());
    if (const QString count = number(kLocalCrops); !count.isEmpty())
        parts << tr("%1 local %2")
                     .arg(count, QStringList{number(kLocalSize), scale(kLocalMin)}.join(QLatin1Char(' ')).trimmed());
    for (const Choice& choice : choices_)
        parts << choice.box->currentText();
    return parts.join(QStringLiteral(" · "));
}

} // namespace dinoscope
