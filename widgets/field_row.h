// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

#include <limits>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;

namespace dinoscope {

class ValueSlider;

/// What a form needs to know of one value.
struct FieldDescription {
    enum class Kind { flag, integer, real, choice, text };
    QString id, group, label, help, unit;
    QString note; ///< range and moment of effect, shown small below
    Kind kind = Kind::real;
    QStringList choices;
    bool hasSlider = false;
    double softMin = 0, softMax = 1;
    bool logarithmic = false;
};

/// One line of a form: label, editor, unit; below it the slider, the note, and what is wrong.
class FieldRow : public QWidget {
    Q_OBJECT

public:
    enum class State { plain, pending, refused };

    explicit FieldRow(const FieldDescription& field, QWidget* parent = nullptr);
    ~FieldRow() override;
    const FieldDescription& field() const { return field_; }

    /// A text as in a settings file. Leaves alone what a person is typing just now.
    void setText(const QString& text);
    QString text() const;
    void setState(State state, const QString& sentence = {});
    State state() const { return state_; }
    QString sentence() const;
    /// `baseline` is the value of the preset; empty: the value is the preset's.
    void setBaseline(const QString& baseline);
    bool matches(const QString& words) const;

signals:
    void edited(const QString& id, const QString& text);

protected:
private:
    QWidget* makeEditor();
    void commit(const QString& text);
    void updateNote();

    FieldDescription field_;
    QLabel *label_, *note_, *message_;
    QCheckBox* flag_ = nullptr;
    QComboBox* choice_ = nullptr;
    QLineEdit* line_ = nullptr;
    ValueSlider* slider_ = nullptr;
    QString committed_, baseline_;
    State state_ = State::plain;
};

} // namespace dinoscope
