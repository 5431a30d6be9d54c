// Unpacks the browser and the libraries that it needs into TMPDIR, and prints where it lies.
import chromium from "@sparticuz/chromium";

process.stdout.write(await chromium.executablePath());
