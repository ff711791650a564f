// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/picture_source.h"
#include "ui/probe_panel.h"

namespace dinoscope {

/// A probe panel about one picture: of the data set, of the last batch where the panel can show it, or of one's own.
/// Another panel may send it a picture, and its menu sends its picture to others.
class PicturePanel : public ProbePanel {
    Q_OBJECT

public:
    PicturePanel(const PanelContext& context, ProbeKind kind, PictureSource::Offers offers, QWidget* parent = nullptr);
    void onSnapshot(const Snapshot& snapshot) override;
    void showPicture(const PictureRef& picture) override { source_->show(picture); }
    PictureSource& source() const { return *source_; }
    /// Why a picture could not be had; empty: nothing is wrong.
    QString note() const;

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    /// To be placed by the panel, below its controls: says what is wrong with a picture of one's own.
    QLabel* noteLabel() const { return note_; }
    /// Offers to show a picture in other panels.
    void showMenu(const PictureRef& picture, const QPoint& globalPosition);
    void showNote(const QString& sentence, bool isBad);

private:
    PictureSource* source_;
    QLabel* note_;
};

} // namespace dinoscope
