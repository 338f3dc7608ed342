import asyncio, time
from tests.tui.test_typed_ahead import WAYS, open_by, typed, quiet, driven, take, Start
async def test_dbg(scenario, tmp_path):
    async with driven(tmp_path, Start(), size=(100, 30)) as driver:
        await take(driver, "~16 keys", "filter", '"user:hlc', "~1 of 16", "=enter")
        for way in ("log groups","key","events","runbook", "audit"):
            await open_by(driver, way)
            screens = len(driver.app.screen_stack)
            for i in range(15):
              for pair in (("l","e"),("e","l"),("t","e"),("r","e")):
                b=time.monotonic()
                typed(driver, *pair)
                await quiet(driver, screens, pair)
                d=time.monotonic()-b
                if d>1: open("/tmp/dbg.log","a").write(f"{way} {pair} {d}\n")
