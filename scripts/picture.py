"""Takes the picture of the README: output/network.html as a browser shows it, without a screen."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "output" / "network.html"
PICTURE = ROOT / "docs" / "images" / "network.png"
SIZE = (1400, 900)
MOST_BYTES = 300_000


def take(page: Path) -> bytes:
    """A picture of the page as it opens in a window of this size."""
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1"):
        options.add_argument(flag)
    options.add_argument(f"--window-size={SIZE[0]},{SIZE[1]}")
    # Both named, so that selenium looks for neither on the web.
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        browser.get(page.as_uri())
        WebDriverWait(browser, 20).until(lambda b: b.find_elements(By.TAG_NAME, "canvas"))
        browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
        return browser.get_screenshot_as_png()
    finally:
        browser.quit()


def main() -> int:
    picture = take(PAGE)
    if len(picture) > MOST_BYTES:
        print(f"the picture has {len(picture)} bytes, more than {MOST_BYTES}; choose a smaller size", file=sys.stderr)
        return 1
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_bytes(picture)
    print(PICTURE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
