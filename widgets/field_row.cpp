// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/field_row.h"

#include "widgets/idle_wheel.h"
#include "widgets/value_slider.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QStyle>
#include <QVariant>

namespace dinoscope {
namespace {

constexpr int kEditorWidth = 108;

/// A property that the style sheet of the theme speaks of.
void setLook(QWidget* widget, const char* property, const QVariant& value) {
    if (widget->property(property) == value)
        return;
    widget->setProperty(property, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

} // namespace

FieldRow::FieldRow(const FieldDescription& field, QWidget* parent)
    : QWidget(parent), field_(field), label_(new QLabel(field.label, this)), note_(new QLabel(this)),
      message_(new QLabel(this)) {
    setObjectName(QStringLiteral("field.") + field.id);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 4, 0, 4);
    column->setSpacing(2);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    label_->setWordWrap(true);
    QWidget* editor = makeEditor();
    editor->setAccessibleName(field.label);
    editor->setAccessibleDescription(field.help);
    label_->setBuddy(editor);
    row->addWidget(label_, 1);
    row->addWidget(editor);
    column->addLayout(row);
    if (field.hasSlider) {
        slider_ = new ValueSlider(field.softMin, field.softMax, field.logarithmic, this);
        slider_->setAccessibleName(tr("%1, slider").arg(field.label));
        connect(slider_, &ValueSlider::moved, this,
                [this](double value) { line_->setText(QString::number(value, 'g', 4)); });
        connect(slider_, &ValueSlider::settled, this, [this](double value) { commit(QString::number(value, 'g', 4)); });
        column->addWidget(slider_);
    }
    QFont small = font();
    small.setPointSizeF(std::max(8.0, font().pointSizeF() - 1));
    for (QLabel* label : {note_, message_}) {
        label->setFont(small);
        label->setWordWrap(true);
        column->addWidget(label);
    }
    note_->setProperty("muted", true);
    message_->hide();
    setToolTip(
        QStringLiteral("<p>%1</p><p><code>--%2</code></p>").arg(field.help.toHtmlEscaped(), field.id.toHtmlEscaped()));
    updateNote();
}

// An editor that loses the focus while its row is taken down would still enter what was typed.
FieldRow::~FieldRow() {
    for (QWidget* editor : std::initializer_list<QWidget*>{flag_, choice_, line_, slider_})
        if (editor)
            editor->disconnect(this);
}

QWidget* FieldRow::makeEditor() {
    if (field_.kind == FieldDescription::Kind::flag) {
        flag_ = new QCheckBox(this);
        connect(flag_, &QCheckBox::toggled, this,
                [this](bool on) { commit(on ? QStringLiteral("true") : QStringLiteral("false")); });
        return flag_;
    }
    if (field_.kind == FieldDescription::Kind::choice) {
        choice_ = new QComboBox(this);
        choice_->addItems(field_.choices);
        choice_->setFixedWidth(kEditorWidth + 24);
        leaveIdleWheel(*choice_);
        connect(choice_, &QComboBox::currentTextChanged, this, &FieldRow::commit);
        return choice_;
    }
    line_ = new QLineEdit(this);
    line_->setFixedWidth(field_.kind == FieldDescription::Kind::text ? kEditorWidth + 24 : kEditorWidth);
    line_->setAlignment(field_.kind == FieldDescription::Kind::text ? Qt::AlignLeft : Qt::AlignRight);
    connect(line_, &QLineEdit::editingFinished, this, [this] { commit(line_->text().trimmed()); });
    return line_;
}

void FieldRow::commit(const QString& text) {
    if (text == committed_)
        return;
    committed_ = text;
    emit edited(field_.id, text);
}

void FieldRow::setText(const QString& text) {
    if ((line_ && line_->hasFocus() && line_->isModified() && line_->text() != committed_) ||
        (slider_ && slider_->isSliderDown()))
        return;
    committed_ = text;
    if (flag_) {
        const QSignalBlocker quiet(flag_);
        flag_->setChecked(text == QStringLiteral("true"));
    } else if (choice_) {
        const QSignalBlocker quiet(choice_);
        choice_->setCurrentText(text);
    } else if (line_->text() != text) {
        line_->setText(text);
    }
    if (line_)
        line_->setToolTip(text.size() > 12 ? text : QString());
    if (slider_)
        slider_->setRealValue(text.toDouble());
}

QString FieldRow::text() const {
    if (flag_)
        return flag_->isChecked() ? QStringLiteral("true") : QStringLiteral("false");
    return choice_ ? choice_->currentText() : line_->text();
}

void FieldRow::setState(State state, const QString& sentence) {
    state_ = state;
    message_->setText(sentence);
    message_->setVisible(state != State::plain && !sentence.isEmpty());
    setLook(message_, "tone", state == State::refused ? QStringLiteral("bad") : QStringLiteral("accent"));
    if (line_)
        setLook(line_, "refused", state == State::refused);
}

QString FieldRow::sentence() const { return state_ == State::plain ? QString() : message_->text(); }

void FieldRow::setBaseline(const QString& baseline) {
    if (baseline == baseline_)
        return;
    baseline_ = baseline;
    QFont bold = font();
    bold.setBold(!baseline.isEmpty());
    label_->setFont(bold);
    updateNote();
}

void FieldRow::updateNote() {
    QStringList parts;
    if (!field_.unit.isEmpty())
        parts << field_.unit;
    if (!field_.note.isEmpty())
        parts << field_.note;
    if (!baseline_.isEmpty())
        parts << tr("preset %1").arg(baseline_);
    note_->setText(parts.join(QStringLiteral(" · ")));
}

bool FieldRow::matches(const QString& words) const {
    const QString all = (field_.id + QLatin1Char(' ') + field_.label + QLatin1Char(' ') + field_.help).toLower();
    const QStringList list = words.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return std::all_of(list.begin(), list.end(), [&all](const QString& word) { return all.contains(word); });
}

} // namespace dinoscope
