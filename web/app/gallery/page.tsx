import { Gallery } from "@/components/gallery/gallery";

export const metadata = { title: "Gallery" };

/** Every component in every state, for those who work on the pages. Texts that are no product text stay English. */
export default function GalleryPage() {
  return <Gallery />;
}
