// segment_page — what a shop's page loads: the official browser SDK, with nothing of ours in it.
import { AnalyticsBrowser } from '@segment/analytics-next';

window.AnalyticsBrowser = AnalyticsBrowser;
