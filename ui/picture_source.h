// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"
#include "ui/picture_reader.h"

#include <QObject>

#include <vector>

class QComboBox;
class QPushButton;
class QWidget;

namespace dinoscope {

class Panel;
class PictureChooser;
class PictureDrop;

/// The controls by which a panel is told what picture it is about: a row of the last batch if the panel can show one,
/// any picture of the data set, or one of the person's own, which is opened, dropped on the panel or pasted into it;
/// and a menu that shows the same picture elsewhere. A picture that cannot be had leaves the former one.
class PictureSource : public QObject {
    Q_OBJECT

public:
    enum class Offers { dataSet, lastBatchToo };

    PictureSource(Offers offers, Panel& panel);

    /// In the order in which they are to stand in the panel.
    std::vector<QWidget*> controls() const;
    PictureRef picture() const;
    bool isLastBatch() const;
    /// True for what is not in the data set.
    bool isOwn() const;
    /// Shows another picture and emits changed().
    void show(const PictureRef& picture);
    void openFile(const QString& path);
    void follow(const Snapshot& snapshot);
    /// What the menu offers to show elsewhere; without it picture().
    void setShown(const PictureRef& shown) { shown_ = shown; }
    PictureRef shown() const { return shown_.value_or(picture()); }

    PictureReader& reader() { return reader_; }
    PictureDrop& drop() const { return *drop_; }
    QPushButton& openButton() const { return *open_; }
    QPushButton& menuButton() const { return *menu_; }
    QComboBox& kindBox() const { return *kind_; }

signals:
    void changed();
    /// Why a picture cannot be had, or that it is being read; empty: no more.
    void said(const QString& sentence, bool isBad);

private:
    void fillKinds();
    void chooseKind();
    void setKind(PictureRef::Kind kind);
    void changeTo(PictureRef::Kind kind);
    void showNumber();
    void explain();
    void chooseFile();
    void takeOwn(const PictureRef& picture);
    void showMenu();

    Panel& panel_;
    Offers offers_;
    PictureReader reader_;
    PictureDrop* drop_;
    QComboBox* kind_;
    PictureChooser* number_;
    QPushButton *open_, *menu_;
    PictureRef::Kind chosen_ = PictureRef::Kind::sample;
    std::int64_t row_ = 0, sample_ = 0;
    std::int64_t rows_ = 1, samples_ = 1;
    PictureRef own_;                  ///< without an image: there is none yet
    std::optional<PictureRef> shown_; ///< of the answer
    bool hasRun_ = false, officialLoading_ = false;
};

} // namespace dinoscope
