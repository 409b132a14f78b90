import numpy as np
import pytest
from scipy import ndimage, stats

from sgus.core.errors import ImageError
from sgus.images.texture import FEATURE_NAMES, texture_features
from tests.images.pictures import speckle

IMAGE = speckle(96, 128)
OWN = dict(zip(FEATURE_NAMES, texture_features(IMAGE), strict=True))


def test_every_feature_has_one_name():
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES) == len(texture_features(IMAGE))
    assert texture_features(IMAGE).dtype == np.float32


def test_first_order_against_scipy():
    grey = IMAGE.ravel().astype(float)
    assert OWN["mean"] == pytest.approx(grey.mean())
    assert OWN["deviation"] == pytest.approx(grey.std())
    assert OWN["skewness"] == pytest.approx(stats.skew(grey), rel=1e-5)
    assert OWN["kurtosis"] == pytest.approx(stats.kurtosis(grey, fisher=False), rel=1e-5)
    assert OWN["percentile25"] == np.percentile(grey, 25)


def test_depth_profile_by_hand():
    parts = IMAGE.astype(float).reshape(8, 12, 128)
    assert OWN["depth2_mean"] == pytest.approx(parts[2].mean() / IMAGE.mean(), rel=1e-5)
    assert OWN["depth7_deviation"] == pytest.approx(parts[7].std() / IMAGE.std(), rel=1e-5)


def test_detail_is_the_difference_of_gaussians():
    grey = IMAGE.astype(float)
    detail = ndimage.gaussian_filter(grey, 2) - ndimage.gaussian_filter(grey, 4)
    expected = np.abs(detail[32:64] / grey.std()).mean()
    assert OWN["detail4_band1_abs"] == pytest.approx(expected, rel=1e-5)


def test_dark_share_finds_a_hole():
    hole = np.full((96, 128), 100, np.uint8)
    hole[40:56, 50:70] = 5
    found = dict(zip(FEATURE_NAMES, texture_features(hole), strict=True))
    assert found["dark0.4_count"] == 1
    assert found["dark0.4_share"] == found["dark0.4_largest"]
    assert found["dark0.4_share"] == pytest.approx(16 * 20 / hole.size, rel=0.3)


@pytest.mark.parametrize("image", [np.zeros((64, 64), np.uint8), np.full((64, 64), 255, np.uint8)])
def test_flat_pictures_stay_finite(image):
    assert np.isfinite(texture_features(image)).all()


def test_doubled_gain_changes_only_what_tells_brightness():
    image = (IMAGE // 2).astype(np.uint8)
    first = dict(zip(FEATURE_NAMES, texture_features(image), strict=True))
    second = dict(zip(FEATURE_NAMES, texture_features(image * 2), strict=True))
    moved = {name for name in FEATURE_NAMES if not np.isclose(first[name], second[name], rtol=1e-3)}
    absolute = {"mean", "deviation", "entropy", *(n for n in FEATURE_NAMES if "percentile" in n)}
    assert moved <= absolute


def test_too_small():
    with pytest.raises(ImageError, match="40 x 31 pixels are too few"):
        texture_features(np.zeros((31, 40), np.uint8))
